/**
 * The pictures among what was dropped or chosen: files, and folders with all that lies in them, in the order in which
 * people count ("2.jpg" before "10.jpg"). Other files are counted and left.
 */
import { looksLikePicture, mayBePicture } from "./kinds.ts";

export interface Collected {
  files: File[];
  /** Files that are no pictures. */
  skipped: number;
  /** There were more pictures than one folder may bring. */
  more: boolean;
}

/** As many pictures as are taken at once. */
export const most = 10_000;

interface Found {
  path: string;
  file: File;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Orders paths: a folder's own files come before those of the folders in it. */
export function byPath(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const inside = Number(at < left.length - 1) - Number(at < right.length - 1);
    if (inside !== 0) return inside;
    const order = collator.compare(left[at] as string, right[at] as string);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function ordered(found: Found[], skipped: number): Collected {
  found.sort((a, b) => byPath(a.path, b.path));
  return { files: found.slice(0, most).map(({ file }) => file), skipped, more: found.length > most };
}

/** Hidden files and folders are nobody's pictures, and not worth a word. */
const hidden = (name: string) => name.startsWith(".") || name === "__MACOSX";

/** What a dialog for files or for a folder delivered. Files chosen one by one keep their order. */
export function fromList(list: Iterable<File>): Collected {
  const found: Found[] = [];
  const direct: File[] = [];
  let skipped = 0;
  for (const file of list) {
    const path = file.webkitRelativePath;
    if (path) {
      if (path.split("/").some(hidden)) continue;
      if (looksLikePicture(file.name)) found.push({ path, file });
      else skipped++;
    } else if (mayBePicture(file)) direct.push(file);
    else skipped++;
  }
  const rest = ordered(found, skipped);
  return { ...rest, files: [...direct, ...rest.files] };
}

/**
 * What was dropped. Reads the list at once, as browsers empty it when the event is over; folders are read afterwards.
 * `onfound` hears how many pictures there are so far.
 */
export function fromDrop(
  transfer: DataTransfer,
  signal: AbortSignal,
  onfound: (count: number) => void,
): Promise<Collected> {
  const direct: File[] = [];
  const folders: FileSystemDirectoryEntry[] = [];
  let skipped = 0;
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry?.();
    if (entry?.isDirectory) {
      folders.push(entry as FileSystemDirectoryEntry);
      continue;
    }
    const file = item.getAsFile();
    if (!file) continue;
    if (mayBePicture(file)) direct.push(file);
    else skipped++;
  }
  return walk(folders, signal, (count) => onfound(direct.length + count)).then((inside) => ({
    files: [...direct, ...inside.files],
    skipped: skipped + inside.skipped,
    more: inside.more,
  }));
}

async function walk(
  folders: FileSystemDirectoryEntry[],
  signal: AbortSignal,
  onfound: (count: number) => void,
): Promise<Collected> {
  const found: Found[] = [];
  let skipped = 0;
  const waiting = [...folders];
  for (let folder = waiting.shift(); folder; folder = waiting.shift()) {
    const reader = folder.createReader();
    for (;;) {
      signal.throwIfAborted();
      // Browsers deliver a folder in parts; an empty one is the end.
      const entries = await new Promise<FileSystemEntry[]>((settle, fail) => reader.readEntries(settle, fail));
      if (entries.length === 0) break;
      for (const entry of entries) {
        if (hidden(entry.name)) continue;
        if (entry.isDirectory) {
          waiting.push(entry as FileSystemDirectoryEntry);
        } else if (looksLikePicture(entry.name)) {
          const file = await new Promise<File>((settle, fail) => (entry as FileSystemFileEntry).file(settle, fail));
          found.push({ path: entry.fullPath, file });
        } else skipped++;
      }
      onfound(found.length);
      if (found.length > most) return ordered(found, skipped);
    }
  }
  return ordered(found, skipped);
}

/**
 * Where a poster is written while it is made: into a file that the visitor names, else into one of the page's own that is
 * downloaded at its end, else, where browsers give a page no files, into memory.
 */

export interface Sink {
  stream: WritableStream<Uint8Array<ArrayBuffer>>;
  /** The file is whole: hands it over. True where the visitor finds it among the downloads. */
  finish(): Promise<boolean>;
  /** Nothing is to be left. */
  discard(): Promise<void>;
}

interface PickerWindow {
  showSaveFilePicker?(options: {
    suggestedName: string;
    types: { description: string; accept: Record<string, string[]> }[];
  }): Promise<FileSystemFileHandle>;
}

/** Files of ours in the origin's private folder. */
const prefix = "poster-";

/** Undefined where the visitor thought better of it. */
export async function sinkFor(name: string): Promise<Sink | undefined> {
  const pick = (globalThis as PickerWindow).showSaveFilePicker;
  if (pick) {
    try {
      const types = [{ description: "PNG picture", accept: { "image/png": [".png"] } }];
      const handle = await pick.call(globalThis, { suggestedName: name, types });
      const stream = await handle.createWritable();
      return { stream, finish: async () => false, discard: async () => undefined };
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return undefined;
      // Some policies forbid the picker: the other ways are still open.
    }
  }
  return (await privateSink(name)) ?? memorySink(name);
}

async function privateSink(name: string): Promise<Sink | undefined> {
  try {
    const folder = await navigator.storage.getDirectory();
    await sweep(folder);
    const own = `${prefix}${Date.now()}.png`;
    const handle = await folder.getFileHandle(own, { create: true });
    const stream = await handle.createWritable();
    return {
      stream,
      finish: async () => {
        save(await handle.getFile(), name);
        return true;
      },
      discard: () => folder.removeEntry(own).catch(() => undefined),
    };
  } catch {
    return undefined;
  }
}

/** What earlier posters left, once it was downloaded. */
async function sweep(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) {
    if (name.startsWith(prefix)) await folder.removeEntry(name).catch(() => undefined);
  }
}

function memorySink(name: string): Sink {
  let whole = new Blob([]);
  let parts: BlobPart[] = [];
  let waiting = 0;
  const stream = new WritableStream<Uint8Array<ArrayBuffer>>({
    write(chunk) {
      parts.push(chunk);
      waiting += chunk.length;
      if (waiting < 1 << 22) return;
      // Browsers keep large blobs on disk.
      whole = new Blob([whole, ...parts]);
      parts = [];
      waiting = 0;
    },
  });
  return {
    stream,
    finish: async () => {
      save(new Blob([whole, ...parts], { type: "image/png" }), name);
      return true;
    },
    discard: async () => undefined,
  };
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // A download reads it for as long as it takes; nobody says when it has ended.
  setTimeout(() => URL.revokeObjectURL(link.href), 600_000);
}

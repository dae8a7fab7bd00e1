/**
 * A strip outlives its page: its pictures, which one is selected, and the view come back on a reload. Every tab has a
 * strip of its own; the strip of a tab that was closed last is offered by the next one that opens. Files are kept up to a
 * budget, the newest first; samples and addresses are fetched anew.
 */
import { Picture } from "../picture.svelte.ts";
import { plan } from "./budget.ts";
import { Kept, type KeptPicture, type KeptStrip } from "./kept.ts";
import { fetchLink } from "./links.ts";

/** Bytes of files that are kept in this browser, all strips together. */
export const budget = 500_000_000;

/** Where a picture was looked at. */
export interface KeptView {
  /** Key of the picture. */
  key: string;
  scale: number;
  fitted: boolean;
  /** The point of the picture in the middle of the page, as shares of its sides. */
  x: number;
  y: number;
}

/** What the page was like. */
export interface KeptState {
  view?: KeptView;
  info?: boolean;
  sheet?: boolean;
}

export interface Restored {
  pictures: Picture[];
  selected: Picture | undefined;
  /** How many could not be kept. */
  missing: number;
}

const idName = "locus.strip";
const stateName = "locus.strip.state";
/** Milliseconds from a change until it is written. */
const pause = 400;
/** Milliseconds that a reloaded page waits for the one before it to be gone. */
const patience = 1500;
/** Milliseconds for which the strips of closed tabs are kept: a week. */
const oldest = 7 * 24 * 3600 * 1000;
const lockName = (id: string) => `locus strip ${id}`;

export class Session {
  readonly #kept: Kept;
  #id: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #pictures: readonly Picture[] = [];
  #selected: Picture | undefined;
  /** Keys of files that are there, with their bytes. */
  readonly #sizes = new Map<string, number>();
  #told = 0;
  /** The strip of a tab that is gone. */
  last: KeptStrip | undefined;
  /** Some files are too many to be kept: how many of how many. */
  onfull: (left: number, all: number) => void = () => {};

  private constructor(kept: Kept, id: string) {
    this.#kept = kept;
    this.#id = id;
  }

  /** Rejects where the browser keeps nothing. */
  static async open(): Promise<{ session: Session; restored: Restored }> {
    const kept = await Kept.open();
    const known = sessionStorage.getItem(idName);
    // A copied tab copies its name, too: it begins with the same pictures, and goes its own way.
    const own = known !== null && (await hold(known)) ? known : newId();
    if (own !== known) await hold(own);
    sessionStorage.setItem(idName, own);
    const session = new Session(kept, own);
    const strips = await kept.strips();
    await session.#tidy(strips, own);
    const strip = strips.find(({ id }) => id === known);
    return { session, restored: strip ? session.#pictured(strip) : { pictures: [], selected: undefined, missing: 0 } };
  }

  /** Brings the strip of the closed tab into this one. */
  async resume(): Promise<Restored> {
    const { last } = this;
    if (!last) return { pictures: [], selected: undefined, missing: 0 };
    this.last = undefined;
    const restored = this.#pictured(last);
    this.keep(restored.pictures, restored.selected);
    await this.flush();
    await this.#kept.dropStrip(last.id);
    return restored;
  }

  /** Hears of every change; writes a moment later. */
  keep(pictures: readonly Picture[], selected: Picture | undefined): void {
    this.#pictures = pictures;
    this.#selected = selected;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), pause);
  }

  /** Writes at once. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#writing = this.#writing.then(() => this.#write()).catch(() => undefined);
    return this.#writing;
  }

  /** Deletes the files of pictures that are not in the strip any more, and what closed tabs had. */
  async forget(): Promise<void> {
    await this.flush();
    try {
      const held = await heldLocks();
      for (const { id } of await this.#kept.strips()) {
        if (id !== this.#id && !held.has(lockName(id))) await this.#kept.dropStrip(id);
      }
      await this.#tidy(await this.#kept.strips(), this.#id);
    } catch {
      // What could not be deleted goes with its age.
    }
  }

  async #write(): Promise<void> {
    const pictures = this.#pictures;
    const strip: KeptStrip = {
      id: this.#id,
      written: Date.now(),
      pictures: pictures.map(({ key, name, bytes, source }): KeptPicture => ({ key, name, bytes, source })),
      selected: this.#selected?.key,
    };
    try {
      if (pictures.length === 0) await this.#kept.dropStrip(this.#id);
      else await this.#kept.write(strip);
    } catch (error) {
      if (!isFull(error)) throw error;
      this.#tell(pictures.length, pictures.length);
      return;
    }
    await this.#writeFiles(pictures);
  }

  #tell(left: number, all: number): void {
    if (left > this.#told) this.onfull(left, all);
    this.#told = left;
  }

  async #writeFiles(pictures: readonly Picture[]): Promise<void> {
    const files = pictures.filter(({ source, loaded }) => source.kind === "file" || (source.kind === "link" && loaded));
    const { keep, leave } = plan(files, budget);
    const wanted = new Set(keep.map(({ key }) => key));
    let left = leave.length;
    for (const picture of keep) {
      // A newer change has its own turn.
      if (this.#pictures !== pictures) return;
      if (this.#sizes.has(picture.key)) continue;
      const file = await picture.file(new AbortController().signal).catch(() => undefined);
      if (!file) continue;
      await this.#makeRoom(file.size, wanted);
      try {
        this.#sizes.set(picture.key, (await this.#kept.put(picture.key, file)).bytes);
      } catch (error) {
        if (!isFull(error)) continue;
        left = keep.filter(({ key }) => !this.#sizes.has(key)).length + leave.length;
        break;
      }
    }
    this.#tell(left, pictures.length);
  }

  /** Drops files that this strip does not want, the oldest first, until there is room. */
  async #makeRoom(bytes: number, wanted: ReadonlySet<string>): Promise<void> {
    let sum = [...this.#sizes.values()].reduce((all, size) => all + size, 0);
    const dropped: string[] = [];
    for (const [key, size] of this.#sizes) {
      if (sum + bytes <= budget) break;
      if (wanted.has(key)) continue;
      dropped.push(key);
      sum -= size;
    }
    await this.#kept.drop(dropped);
    for (const key of dropped) this.#sizes.delete(key);
  }

  #pictured({ pictures, selected }: KeptStrip): Restored {
    const all: Picture[] = [];
    let missing = 0;
    for (const { key, name, bytes, source } of pictures) {
      if (source.kind === "sample") all.push(Picture.sample(source.file, bytes, key));
      else if (this.#sizes.has(key) || source.kind === "link") {
        const read = async (signal: AbortSignal, onshare: (share: number | undefined) => void) => {
          const file = await this.#kept.file(key).catch(() => undefined);
          if (file) return file;
          if (source.kind === "link") return fetchLink(source.url, signal, onshare);
          throw new Error("this browser does not have its file any more; open it again");
        };
        all.push(new Picture(name, read, bytes, source, key));
      } else missing++;
    }
    return { pictures: all, selected: all.find(({ key }) => key === selected) ?? all[0], missing };
  }

  /** Keeps what open tabs have, and closed ones had of late; drops all else. */
  async #tidy(strips: KeptStrip[], own: string): Promise<void> {
    const held = await heldLocks();
    // The copied tab's pictures are its own only once they are written.
    const open = strips.filter(({ id }) => id === own || held.has(lockName(id)));
    const gone = strips.filter((strip) => !open.includes(strip)).sort((a, b) => b.written - a.written);
    // A tab that is being reloaded looks as if it were gone, so that only age tells for sure.
    const young = gone.filter(({ written }) => Date.now() - written < oldest);
    this.last = young[0];
    for (const { id } of gone.slice(young.length)) await this.#kept.dropStrip(id);
    const used = new Set([...open, ...young].flatMap(({ pictures }) => pictures.map(({ key }) => key)));
    const sizes = (await this.#kept.sizes()).sort((a, b) => a.added - b.added);
    await this.#kept.drop(sizes.filter(({ key }) => !used.has(key)).map(({ key }) => key));
    this.#sizes.clear();
    for (const { key, bytes } of sizes) if (used.has(key)) this.#sizes.set(key, bytes);
  }
}

/** The browser has no room for more. */
function isFull(error: unknown): boolean {
  return (error as Error | null)?.name === "QuotaExceededError";
}

/** What the page was like before the reload. */
export function keptState(): KeptState {
  try {
    return JSON.parse(sessionStorage.getItem(stateName) ?? "{}") as KeptState;
  } catch {
    return {};
  }
}

export function keepState(state: KeptState): void {
  try {
    sessionStorage.setItem(stateName, JSON.stringify(state));
  } catch {
    // Private windows may refuse.
  }
}

function newId(): string {
  return `${Date.now().toString(36)}-${Math.floor(Math.random() * 1e9).toString(36)}`;
}

/** Holds the strip's name for as long as the page lives; false when another tab has it. */
function hold(id: string): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((settle) => {
    navigator.locks
      .request(lockName(id), { signal: AbortSignal.timeout(patience) }, () => {
        settle(true);
        return new Promise(() => undefined);
      })
      .catch(() => settle(false));
  });
}

/** Without locks (plain http on a LAN) every strip may be open. */
async function heldLocks(): Promise<{ has(name: string): boolean }> {
  if (!navigator.locks) return { has: () => true };
  const { held = [] } = await navigator.locks.query();
  return new Set(held.map(({ name }) => name ?? ""));
}

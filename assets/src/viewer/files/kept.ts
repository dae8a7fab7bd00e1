/**
 * What a browser keeps of strips, in IndexedDB: a line for each strip, the files, and their sizes apart from them, so that
 * sums need no files. Everything here may fail (private windows, a full disk); callers go on without.
 */
import type { Source } from "../picture.svelte.ts";

export interface KeptPicture {
  key: string;
  name: string;
  bytes: number | undefined;
  source: Source;
}

export interface KeptStrip {
  id: string;
  /** `Date.now()` when it was written. */
  written: number;
  pictures: KeptPicture[];
  /** Key of the selected picture. */
  selected: string | undefined;
}

export interface KeptSize {
  key: string;
  bytes: number;
  /** `Date.now()` when it was written. */
  added: number;
}

const version = 1;

export class Kept {
  readonly #base: IDBDatabase;

  private constructor(base: IDBDatabase) {
    this.#base = base;
  }

  static async open(): Promise<Kept> {
    const request = indexedDB.open("locus viewer", version);
    request.onupgradeneeded = () => {
      const base = request.result;
      base.createObjectStore("strips", { keyPath: "id" });
      base.createObjectStore("sizes", { keyPath: "key" });
      base.createObjectStore("files");
    };
    const base = await done(request);
    // A newer page wants to change the layout: this one goes on without keeping.
    base.onversionchange = () => base.close();
    return new Kept(base);
  }

  strips(): Promise<KeptStrip[]> {
    return done(this.#store("strips").getAll());
  }

  async write(strip: KeptStrip): Promise<void> {
    await done(this.#store("strips", "readwrite").put(strip));
  }

  async dropStrip(id: string): Promise<void> {
    await done(this.#store("strips", "readwrite").delete(id));
  }

  sizes(): Promise<KeptSize[]> {
    return done(this.#store("sizes").getAll());
  }

  file(key: string): Promise<Blob | undefined> {
    return done(this.#store("files").get(key));
  }

  /** Rejects with `QuotaExceededError` where the browser has no room. */
  async put(key: string, file: Blob): Promise<KeptSize> {
    const size = { key, bytes: file.size, added: Date.now() };
    const both = this.#base.transaction(["files", "sizes"], "readwrite");
    both.objectStore("files").put(file, key);
    both.objectStore("sizes").put(size);
    await ended(both);
    return size;
  }

  async drop(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const both = this.#base.transaction(["files", "sizes"], "readwrite");
    for (const key of keys) {
      both.objectStore("files").delete(key);
      both.objectStore("sizes").delete(key);
    }
    await ended(both);
  }

  #store(name: string, mode: IDBTransactionMode = "readonly"): IDBObjectStore {
    return this.#base.transaction(name, mode).objectStore(name);
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((settle, fail) => {
    request.onsuccess = () => settle(request.result);
    request.onerror = () => fail(request.error);
  });
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((settle, fail) => {
    transaction.oncomplete = () => settle();
    transaction.onabort = () => fail(transaction.error);
  });
}

/** Views that the visitor kept, each with a small picture, in this browser's IndexedDB. */

export interface Bookmark {
  id: string;
  name: string;
  /** The view, as a URL's fragment. */
  fragment: string;
  /** Milliseconds since 1970. */
  made: number;
  picture: Blob | undefined;
}

const database = "locus-explorer";
const table = "bookmarks";

export class Bookmarks {
  list = $state.raw<readonly Bookmark[]>([]);
  /** They will be gone with the page, because the browser keeps nothing for it. */
  fleeting = $state(false);
  loaded = $state(false);
  #database: Promise<IDBDatabase> | undefined;

  constructor() {
    void this.#run("readonly", (store) => store.getAll())
      .then((all) => {
        this.list = [...((all as Bookmark[] | undefined) ?? []), ...this.list].sort((a, b) => b.made - a.made);
      })
      .finally(() => {
        this.loaded = true;
      });
  }

  async add(bookmark: Omit<Bookmark, "id" | "made">): Promise<Bookmark> {
    const made = { ...bookmark, id: crypto.getRandomValues(new Uint32Array(2)).join("-"), made: Date.now() };
    this.list = [made, ...this.list];
    await this.#run("readwrite", (store) => store.put(made));
    return made;
  }

  async rename(id: string, name: string): Promise<void> {
    this.list = this.list.map((each) => (each.id === id ? { ...each, name } : each));
    const now = this.list.find((each) => each.id === id);
    if (now) await this.#run("readwrite", (store) => store.put(now));
  }

  async remove(id: string): Promise<void> {
    this.list = this.list.filter((each) => each.id !== id);
    await this.#run("readwrite", (store) => store.delete(id));
  }

  async #run(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    try {
      // Kept open: what is changed just before the page is left has no time to open it.
      this.#database ??= open();
      const database = await this.#database;
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(table, mode, { durability: "relaxed" });
        const request = ask(transaction.objectStore(table));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onerror = () => reject(transaction.error);
        transaction.onabort = () => reject(transaction.error);
        transaction.commit?.();
      });
    } catch {
      this.#database = undefined;
      // Private windows may refuse, and disks are full now and then.
      this.fleeting = true;
      return undefined;
    }
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(table, { keyPath: "id" });
    request.onsuccess = () => {
      // Another tab has a newer page, which lays it out anew.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("the bookmarks are in use"));
  });
}

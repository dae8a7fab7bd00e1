/**
 * Keeps the pages usable without the server, and each of them on one build. Every build has a service worker of its own
 * (`offline.ts` writes the list of the build's files into it), and every worker a cache of its own. A worker takes over
 * only when all that its pages need is there. From then on it opens pages from its own build; pages that are open already
 * go on with files of the build that they came from, until they are reloaded. Which page came from which build is kept in
 * a cache too, because browsers end idle workers.
 */
const scope = self as unknown as ServiceWorkerGlobalScope;

interface Build {
  /** Names the build: the digest of what follows, and of this code. */
  id: string;
  /** SHA-256 of every file, in base64, by its path from the pages' folder. */
  files: Record<string, string>;
  /** Paths of what the pages are made of; the rest is kept once it was used. */
  pages: string[];
}

declare const __BUILD__: Build;
const build = __BUILD__;

/** The pages' folder. Another Locus of the same origin may have another one. */
const home = new URL("./", scope.location.href);
const prefix = `locus ${home.pathname} `;
const cacheOf = (id: string) => `${prefix}build ${id}`;
/** Has the builds that open pages came from. */
const originsCache = `${prefix}origins`;
const matching = { ignoreVary: true };

const origins = new Map<string, string>();
/** Pages that are on their way, and that the browser does not list yet. */
const arriving = new Set<string>();
/** What the server decides for its pages, build or no build. */
const decided = ["cross-origin-opener-policy", "cross-origin-embedder-policy", "content-security-policy"];

scope.addEventListener("install", (event) => {
  passCalls(event);
  event.waitUntil(install());
});
scope.addEventListener("activate", (event) => event.waitUntil(activate()));
scope.addEventListener("fetch", (event) => {
  const path = pathOf(event.request);
  if (path !== undefined)
    event.respondWith(event.request.mode === "navigate" ? open(event, path) : answer(event, path));
});
/** A page is there and idle. `codec` says which of the browser builds it would use, where it wants one kept. */
scope.addEventListener("message", (event) => {
  const { codec } = event.data as { codec?: string };
  event.waitUntil(settle(codec));
});

async function install(): Promise<void> {
  try {
    await complete(...build.pages);
  } catch (error) {
    await caches.delete(cacheOf(build.id));
    throw error;
  }
  await scope.skipWaiting();
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  if (names.some((name) => name.startsWith(cacheOf("")) && name !== cacheOf(build.id))) return;
  // The first worker: it keeps going what the server sent just now.
  for (const { id } of await scope.clients.matchAll({ type: "window", includeUncontrolled: true })) await remember(id);
  await scope.clients.claim();
}

/** Opens a page: in the newest build. */
async function open(event: FetchEvent, path: string): Promise<Response> {
  const file = [path, `${path}.html`, `${path}index.html`].find((name) => Object.hasOwn(build.files, name));
  const page = file?.endsWith(".html") && (await caches.match(urlOf(file), inBuild(build.id)));
  if (!page) return fetch(event.request);
  arriving.add(event.resultingClientId);
  await remember(event.resultingClientId);
  return page;
}

/** A page asks for a file: it gets that of its build. */
async function answer(event: FetchEvent, path: string): Promise<Response> {
  arriving.delete(event.clientId);
  const url = urlOf(path);
  const id = await originOf(event.clientId);
  // What has a hash in its name is the same in all builds. Workers, which are pages' but are listed apart, ask for no other.
  const kept = (await caches.match(url, inBuild(id))) ?? (isHashed(path) && (await caches.match(url, matching)));
  if (kept) return kept;
  const response = await fetch(event.request);
  if (id === build.id && Object.hasOwn(build.files, path)) {
    // A server that has another build by now, or a full disk: the page has its answer anyway.
    event.waitUntil(keep(path, response.clone()).catch(() => undefined));
  }
  return response;
}

async function settle(codec: string | undefined): Promise<void> {
  await tidy();
  if (await isOutdated()) {
    // The next visit is a first one.
    await scope.registration.unregister();
    await caches.delete(cacheOf(build.id));
  } else if (codec) await complete(`codec/${codec}-`);
}

/** Whether the server sends the same pages with other headers, e.g. because it isolates them now. */
async function isOutdated(): Promise<boolean> {
  const url = urlOf("index.html");
  const kept = await caches.match(url, inBuild(build.id));
  const now = await fetch(url, { cache: "no-cache" }).catch(() => undefined);
  if (!kept || now?.status !== 200) return false;
  const differs = decided.some((name) => kept.headers.get(name) !== now.headers.get(name));
  return differs && (await digestOf(now)) === build.files["index.html"];
}

/** Has all files of the build whose paths begin so. */
async function complete(...beginnings: string[]): Promise<void> {
  const cache = await caches.open(cacheOf(build.id));
  const paths = Object.keys(build.files).filter((path) => beginnings.some((beginning) => path.startsWith(beginning)));
  await Promise.all(
    paths.map(async (path) => {
      const url = urlOf(path);
      if (await cache.match(url, matching)) return;
      const older = isHashed(path) && (await caches.match(url, matching));
      await keep(path, older || (await fetch(url, { cache: isHashed(path) ? "default" : "no-cache" })));
    }),
  );
}

/** Puts a file into the build's cache if it is the build's. */
async function keep(path: string, response: Response): Promise<void> {
  const whole = response.status === 200 && (await digestOf(response.clone())) === build.files[path];
  if (!whole) throw new Error(`${path} is not of this build`);
  const cache = await caches.open(cacheOf(build.id));
  await cache.put(urlOf(path), response);
}

async function digestOf(response: Response): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await response.arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

async function remember(client: string): Promise<void> {
  origins.set(client, build.id);
  const cache = await caches.open(originsCache);
  await cache.put(urlOf(client), new Response(build.id));
}

async function originOf(client: string): Promise<string> {
  let id = origins.get(client);
  if (id === undefined) {
    const kept = await caches.match(urlOf(client), { cacheName: originsCache });
    id = (await kept?.text()) ?? build.id;
    origins.set(client, id);
  }
  return id;
}

/** Deletes the builds that no page uses any more. */
async function tidy(): Promise<void> {
  const names = await caches.keys();
  // What a newer worker is filling looks unused.
  if (scope.registration.installing ?? scope.registration.waiting) return;
  const open = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  const live = new Set(open.map(({ id }) => id));
  const used = new Set([originsCache, cacheOf(build.id)]);
  const cache = await caches.open(originsCache);
  for (const request of await cache.keys()) {
    const client = request.url.slice(home.href.length);
    if (live.has(client) || arriving.has(client)) used.add(cacheOf(await originOf(client)));
    else {
      origins.delete(client);
      await cache.delete(request);
    }
  }
  const unused = names.filter((name) => name.startsWith(prefix) && !used.has(name));
  await Promise.all(unused.map((name) => caches.delete(name)));
}

/** Calls are none of this worker's business: where browsers can be told, they don't even wake it. */
function passCalls(event: ExtendableEvent): void {
  const { addRoutes } = event as { addRoutes?(rules: object): Promise<void> };
  const rule = { condition: { urlPattern: `${home.pathname}v1/*` }, source: "network" };
  addRoutes?.call(event, rule).catch(() => undefined);
}

/** The path from the pages' folder; undefined for what is none of the pages' files. */
function pathOf({ method, url }: Request): string | undefined {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== home.origin || !pathname.startsWith(home.pathname)) return undefined;
  const path = decodeURIComponent(pathname.slice(home.pathname.length));
  return path.startsWith("v1/") ? undefined : path;
}

function urlOf(path: string): string {
  return home.href + path.split("/").map(encodeURIComponent).join("/");
}

function inBuild(id: string): MultiCacheQueryOptions {
  return { cacheName: cacheOf(id), ...matching };
}

/** As the server sees it: such a file never changes. */
function isHashed(path: string): boolean {
  return /^(assets\/.*-[\w-]{8}\.\w+|codec\/\w+-\w{8}\/.*)$/.test(path);
}

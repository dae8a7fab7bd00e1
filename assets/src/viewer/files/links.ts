/**
 * Pictures by address (`?url=`, or a pasted one). This browser fetches them, never the server, so a site sees the visitor
 * and not Locus, and has to allow that other sites read its files (CORS).
 */

/** Bytes of a file by address. */
export const mostBytes = 256 * 1024 * 1024;

/** As many addresses as are taken at once. */
const mostLinks = 100;

/** `refused`: nothing came, and browsers do not say whether the site is silent or does not allow it. */
export type Refusal = "refused" | "insecure" | "status" | "too_large" | "page" | "broken";

export class LinkFailure extends Error {
  readonly refusal: Refusal;
  readonly url: string;
  /** HTTP's, for `status`. */
  readonly status: number | undefined;

  constructor(refusal: Refusal, url: string, status?: number) {
    super(`${url}: ${refusal}`);
    this.refusal = refusal;
    this.url = url;
    this.status = status;
  }
}

/** The addresses among words, in their order and each once. `base` resolves relative ones; without it they are none. */
export function linksIn(words: readonly string[], base?: string): string[] {
  const links = new Set<string>();
  for (const word of words) {
    if (base === undefined && !/^https?:\/\//i.test(word)) continue;
    const url = URL.parse(word, base);
    if (url && /^https?:$/.test(url.protocol)) links.add(url.href);
  }
  return [...links].slice(0, mostLinks);
}

/** Its last part, as a file's name. */
export function nameOf(link: string): string {
  const { pathname, host } = new URL(link);
  const last = pathname.split("/").findLast((part) => part !== "");
  if (!last) return host;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** Rejects with `LinkFailure`, or with an `AbortError`. `onprogress` hears a share, where the size is known. */
export async function fetchLink(
  link: string,
  signal: AbortSignal,
  onprogress?: (share: number | undefined) => void,
): Promise<File> {
  if (location.protocol === "https:" && link.startsWith("http:")) throw new LinkFailure("insecure", link);
  onprogress?.(undefined);
  const response = await fetch(link, { signal, credentials: "omit", referrerPolicy: "no-referrer" }).catch(
    (error: Error) => {
      throw error.name === "AbortError" ? error : new LinkFailure("refused", link);
    },
  );
  if (!response.ok) throw new LinkFailure("status", link, response.status);
  const type = response.headers.get("content-type") ?? "";
  if (/^text\/html\b/i.test(type)) throw new LinkFailure("page", link);
  const promised = Number(response.headers.get("content-length"));
  if (promised > mostBytes) throw new LinkFailure("too_large", link);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read().catch((error: Error) => {
      throw error.name === "AbortError" ? error : new LinkFailure("broken", link);
    });
    if (!part || part.done) break;
    parts.push(part.value);
    length += part.value.length;
    if (length > mostBytes) {
      void reader?.cancel();
      throw new LinkFailure("too_large", link);
    }
    onprogress?.(promised > 0 ? Math.min(1, length / promised) : undefined);
  }
  return new File(parts, nameOf(link), { type });
}

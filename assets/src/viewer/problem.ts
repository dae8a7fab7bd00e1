/** Failures in words: what happened, to which file, and what to do. */
import { LocusError, type Preference } from "@locus/client";
import { type Problem, type Remedy, sentence } from "../shared/problem.ts";
import { bytes, count, megapixels } from "../shared/words.ts";
import { formatWords } from "./files/kinds.ts";
import { LinkFailure, mostBytes } from "./files/links.ts";

/** The sample or link could not be fetched: `status` is HTTP's, 0 when nothing answered. */
export class FetchFailure extends Error {
  readonly status: number;

  constructor(status: number) {
    super(status === 0 ? "nothing answered" : `the server answered ${status}`);
    this.status = status;
  }
}

/** "1,200 megapixels; the limit is 268 megapixels", by the limit that was exceeded. */
function exceeded(details: Record<string, unknown>): string {
  const limit = String(details.limit ?? "");
  const value = Number(details.value);
  const maximum = Number(details.maximum);
  const say = limit === "pixels" ? megapixels : limit === "bytes" || limit === "memory" ? bytes : count;
  const what = { pixels: "It has", bytes: "It is", memory: "Decoding it takes", frames: "Its frames number" }[limit];
  const most = Number.isFinite(maximum) ? `at most ${say(maximum)}` : "less";
  if (!Number.isFinite(value)) return `It is past the limit: ${most}.`;
  return `${what ?? `Its ${limit} come to`} ${say(value)}; ${most} is allowed here.`;
}

/** The decoded pixels went with the worker that held them. */
export function lost(name: string): Problem {
  return {
    code: "lost",
    title: `The pixels of ${name} were lost`,
    text: "This browser most likely ran out of memory. Decoding it again may work with fewer pictures open.",
    remedies: ["retry"],
  };
}

/** What a site's refusal means, and what to do about it. */
function refused({ refusal, url, status }: LinkFailure, name: string): Problem {
  const { host } = new URL(url);
  const byHand = "Open it in a tab of its own, save it, and drop the file here.";
  const text = {
    refused:
      `${host} did not hand it over: it does not answer, or it does not allow that other sites read its files (CORS). ` +
      `The server of these pages never fetches addresses. ${byHand}`,
    insecure: `A page that came over https may not read from ${host} over http. ${byHand}`,
    status: `${host} answered ${status}. Check the address, or try again later.`,
    too_large: `${host} offers more than ${bytes(mostBytes)}, the most that is fetched by address. ${byHand}`,
    page: `What ${host} sends for this address is a web page, not a picture. Open it there and copy the picture's own address.`,
    broken: `The connection to ${host} broke off. Try again.`,
  }[refusal];
  const link = { href: url, words: `Open it at ${host}` };
  return { code: "link", title: `${name} could not be fetched from ${host}`, text, remedies: ["retry"], link };
}

/** `prefer` says where it was to run: the other place is offered where that may help. */
export function describe(error: unknown, name: string, prefer: Preference): Problem {
  const ran = error instanceof LocusError ? error.ran?.place : undefined;
  const onServer = (ran ?? prefer) === "server";
  const onlyHere = prefer === "local";
  const other: Remedy = onServer ? "local" : "server";
  if (error instanceof LinkFailure) return refused(error, name);
  if (error instanceof FetchFailure) {
    return { code: "fetch", title: `${name} could not be fetched`, text: sentence(error.message), remedies: ["retry"] };
  }
  if (!(error instanceof LocusError)) {
    const text = error instanceof Error ? error.message : String(error);
    return { code: "internal", title: `${name} could not be shown`, text: sentence(text), remedies: ["retry"] };
  }
  const { code } = error;
  const details = (error.details ?? {}) as Record<string, unknown>;
  switch (code) {
    case "invalid_input":
      return {
        code,
        title: `${name} is not a readable picture`,
        text: `${sentence(error.message)} It may be damaged, or something else than its name says. Locus opens ${formatWords}.`,
        remedies: [],
      };
    case "unsupported":
      return { code, title: `${name} cannot be opened yet`, text: sentence(error.message), remedies: [] };
    case "limit_exceeded":
      return {
        code,
        title: `${name} is too large`,
        text: `${exceeded(details)} ${onServer ? "Nothing was decoded." : "The server may allow more: try it there."}`,
        remedies: [other],
      };
    case "out_of_memory":
      return {
        code,
        title: `Not enough memory for ${name}`,
        text: onServer
          ? "The server's limit was reached."
          : "This browser could not take the memory that decoding needs. The server may have more.",
        remedies: [other],
      };
    case "unavailable":
      if (ran === "local") {
        return {
          code,
          title: `${name} cannot be decoded at the moment`,
          text: onlyHere
            ? "The codec could not be loaded into this browser. The server may still decode it."
            : "The server does not answer, and this browser could not load the codec from it before.",
          remedies: onlyHere ? ["retry", "server"] : ["retry"],
        };
      }
      return {
        code,
        title: "The server does not answer",
        text: `${name} was not decoded there. This browser can do it instead.`,
        remedies: ["local", "retry"],
      };
    case "warming":
    case "queue_full":
      return {
        code,
        title: code === "warming" ? "The server is getting ready" : "The server is busy",
        text: `${name} was not decoded there. Try again in a moment, or decode it in this browser.`,
        remedies: ["local", "retry"],
      };
    case "deadline_exceeded":
      return {
        code,
        title: `${name} took too long`,
        text: "Decoding was stopped at its deadline.",
        remedies: ["retry", other],
      };
    case "trapped":
    case "lost":
      return {
        code,
        title: `The decoder stopped on ${name}`,
        text: "Other pictures are not affected. The file may be damaged.",
        remedies: ["retry", other],
      };
    default:
      return { code, title: `${name} could not be decoded`, text: sentence(error.message), remedies: ["retry"] };
  }
}

/** Paints and compresses a poster, away from the page and from the engines. */
import type { FromPress, ToPress } from "./messages.ts";
import { Press } from "./press.ts";

/** Pieces of the file that may be on their way at once. */
const ahead = 4;

const scope = self as unknown as DedicatedWorkerGlobalScope;
let press: Press | undefined;
let room = ahead;
let wake: () => void = () => undefined;
/** Pieces whose bands are not written yet. */
const open = new Set<Promise<void>>();

function tell(message: FromPress, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}

async function out(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  while (room === 0) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  room--;
  tell({ kind: "bytes", bytes }, [bytes.buffer]);
}

function failed(error: unknown): void {
  tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
}

async function end(): Promise<void> {
  await Promise.all(open);
  await press?.end();
  tell({ kind: "done" });
}

scope.onmessage = ({ data }: MessageEvent<ToPress>) => {
  switch (data.kind) {
    case "begin":
      press = new Press(data.sheet, out, (bands) => tell({ kind: "written", bands }));
      break;
    case "piece": {
      const adding = press?.add(data.piece).catch(failed) ?? Promise.resolve();
      open.add(adding);
      void adding.then(() => open.delete(adding));
      break;
    }
    case "taken":
      room++;
      wake();
      break;
    case "end":
      end().catch(failed);
      break;
  }
};

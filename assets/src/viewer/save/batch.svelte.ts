/**
 * Saves many pictures into one zip. As many calls are under way as both places can take; each finished file goes straight
 * into the zip's stream, so that memory holds no more than those that are being made.
 */
import { LocusError, type Place } from "@locus/client";
import { makeZip } from "client-zip";
import type { Calls } from "../../shared/calls.svelte.ts";
import { sentence } from "../../shared/problem.ts";
import type { Edits } from "../edit/edits.svelte.ts";
import type { Picture } from "../picture.svelte.ts";
import { collected, offer } from "./download.ts";
import { distinct, type SaveWish, save } from "./encode.ts";

export class Job {
  readonly picture: Picture;
  status = $state<"waiting" | "running" | "done" | "failed">("waiting");
  place = $state<Place>();
  bytes = $state<number>();
  problem = $state<string>();

  constructor(picture: Picture) {
    this.picture = picture;
  }
}

/** Calls under way: enough to keep either place, or both, busy. */
const together = { local: 2, server: 2, auto: 4 };
/** Finished files that wait for the disk at most. */
const backlog = 2;

export class Batch {
  readonly jobs: readonly Job[];
  readonly #abort = new AbortController();
  readonly #finished: File[] = [];
  #wake: (() => void)[] = [];
  #lanes = 0;

  status = $state<"running" | "done" | "failed" | "stopped">("running");
  bytes = $state<number>();
  problem = $state<string>();

  constructor(pictures: readonly Picture[]) {
    this.jobs = pictures.map((picture) => new Job(picture));
  }

  get settled(): number {
    return this.jobs.filter(({ status }) => status === "done" || status === "failed").length;
  }

  get failed(): number {
    return this.jobs.filter(({ status }) => status === "failed").length;
  }

  stop(): void {
    if (this.status !== "running") return;
    this.status = "stopped";
    this.#abort.abort();
    this.#stir();
  }

  /** Runs to the end, and offers the zip as a download. */
  async run(calls: Calls, edits: Edits, wish: SaveWish): Promise<void> {
    const { signal } = this.#abort;
    const waiting = [...this.jobs];
    this.#lanes = Math.min(together[calls.prefer], waiting.length);
    for (let lane = 0; lane < this.#lanes; lane++) {
      void this.#lane(waiting, calls, edits, wish).finally(() => {
        this.#lanes--;
        this.#stir();
      });
    }
    try {
      const zip = await collected(makeZip(this.#files()), signal);
      if (this.status !== "running") return;
      if (this.failed === this.jobs.length) {
        this.status = "failed";
        this.problem = "None of the pictures could be saved.";
        return;
      }
      this.bytes = zip.size;
      this.status = "done";
      offer(zip, "pictures.zip");
    } catch (error) {
      if (signal.aborted) return;
      this.#abort.abort();
      this.status = "failed";
      const text = error instanceof Error ? error.message : String(error);
      this.problem = `The zip could not be written: ${text}`;
    }
  }

  async #lane(waiting: Job[], calls: Calls, edits: Edits, wish: SaveWish): Promise<void> {
    const { signal } = this.#abort;
    for (let job = waiting.shift(); job && !signal.aborted; job = waiting.shift()) {
      await this.#until(() => this.#finished.length < backlog || signal.aborted);
      if (signal.aborted) return;
      job.status = "running";
      const { picture } = job;
      const running = job;
      try {
        const { file, reply } = await save(calls, picture, edits.of(picture), wish, 0, {
          quiet: true,
          priority: "normal",
          signal,
          onprogress: ({ place }) => {
            running.place = place;
          },
        });
        job.place = reply.ran.place;
        job.bytes = file.size;
        job.status = "done";
        this.#finished.push(file);
      } catch (error) {
        if (signal.aborted) return;
        job.status = "failed";
        job.problem = sentence(error instanceof LocusError ? error.message : String(error));
      }
      this.#stir();
    }
  }

  async *#files(): AsyncGenerator<{ input: File; name: string }> {
    const taken = new Set<string>();
    for (;;) {
      await this.#until(() => this.#finished.length > 0 || this.#lanes === 0 || this.#abort.signal.aborted);
      if (this.#abort.signal.aborted) throw this.#abort.signal.reason;
      const file = this.#finished.shift();
      if (!file) return;
      this.#stir();
      yield { input: file, name: distinct(taken, file.name) };
    }
  }

  /** Waits until something has changed that makes it so. */
  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((wake) => this.#wake.push(wake));
  }

  #stir(): void {
    const sleepers = this.#wake;
    this.#wake = [];
    for (const wake of sleepers) wake();
  }
}

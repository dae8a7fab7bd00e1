/**
 * The tiles of what is looked at: those that are there, those that are on their way, and what is asked of them: how many
 * iterations, which set, which planes.
 */
import type { Calls } from "../shared/calls.svelte.ts";
import type { Problem } from "../shared/problem.ts";
import type { View } from "./camera.ts";
import { extra, type Mode } from "./colours/modes.ts";
import { Computer } from "./compute.ts";
import { finest, innermost } from "./depth.ts";
import { Limit } from "./limit.ts";
import { type Screen, wishes } from "./plan.ts";
import { describe, isPrecision } from "./problem.ts";
import { Scheduler } from "./scheduler.ts";
import { type Recipe, type Tile, Tiles } from "./tiles.ts";
import { base, type Constant } from "./url.ts";

export interface Events {
  /** A tile is there. */
  arrived(): void;
  /** Deeper than doubles go was asked for. */
  ended(): void;
  failed(problem: Problem): void;
  /** A tile is gone. */
  dropped(tile: Tile): void;
}

/** Tiles that wait beyond those that are computed, so that no engine is idle between two. */
const spare = 2;
/** Connections that a browser has to one host, but one for everything else. */
const connections = 5;

export class Supply {
  readonly tiles = new Tiles(128);
  readonly limit = new Limit();
  readonly #computer: Computer;
  readonly #scheduler: Scheduler<Tile>;
  #recipe: Recipe = { julia: undefined, extra: [] };
  /** A level that the operation refused: nothing below it is asked for. */
  #refused = Number.POSITIVE_INFINITY;
  #wanted = 0;

  constructor(calls: Calls, events: Events) {
    this.#computer = new Computer(calls);
    this.tiles.ondrop = (tile) => events.dropped(tile);
    this.#scheduler = new Scheduler<Tile>({
      run: (wish, signal, begun) => this.#computer.run(wish, signal, begun),
      done: ({ recipe }, tile) => {
        // One of another set ended before it could be let go.
        if (recipe.julia !== this.#recipe.julia) return;
        this.tiles.put(tile);
        events.arrived();
      },
      failed: (wish, error, final) => {
        if (isPrecision(error)) {
          this.#refused = Math.min(this.#refused, wish.level);
          events.ended();
        } else if (final) {
          events.failed(describe(error, calls.prefer));
        }
      },
      most: () => (calls.prefer === "server" ? connections : (navigator.hardwareConcurrency || 2) + spare),
    });
  }

  /** Tiles that are not there yet. */
  get wanted(): number {
    return this.#wanted;
  }

  /** Nothing is on its way. */
  get idle(): boolean {
    return this.#scheduler.idle;
  }

  set paused(paused: boolean) {
    this.#scheduler.paused = paused;
  }

  finest(view: View, screen: Screen): number {
    return finest(view, screen, this.#refused);
  }

  innermost(view: View, screen: Screen): number {
    return innermost(view, screen, this.#refused);
  }

  /** From now on tiles are asked for so; those that are there stay until better ones come. */
  ask(julia: Constant | undefined, mode: Mode): void {
    const { julia: before, extra: planes } = this.#recipe;
    const wanted = extra[mode];
    const same = julia?.re === before?.re && julia?.im === before?.im;
    // What is on its way for one recipe is let go for another, also where both ask for the same.
    if (same && wanted.join() === planes.join()) return;
    this.#recipe = { julia: same ? before : julia, extra: wanted };
    if (same) return;
    // No tile that is there shows this set.
    this.tiles.clear();
    this.#refused = Number.POSITIVE_INFINITY;
    this.#computer.rest();
    this.#scheduler.restart();
  }

  /** Asks for what a view lacks, nearest to (x, y) first; true when nothing is lacking any more. */
  plan(view: View, screen: Screen, x: number, y: number): boolean {
    this.limit.depth = view.zoom - base;
    const asked = { limit: this.limit.current, recipe: this.#recipe };
    const list = wishes(view, screen, this.finest(view, screen), this.tiles, asked, x, y);
    this.#wanted = list.length;
    this.#scheduler.want(list);
    if (list.length > 0 || !this.#scheduler.idle) return false;
    this.#computer.rest();
    return true;
  }

  /** Another place, or another try. */
  restart(): void {
    this.#scheduler.restart();
  }

  close(): void {
    this.#scheduler.close();
  }
}

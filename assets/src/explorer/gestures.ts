/** Mouse, pen and fingers on the canvas, told as moves of the view. Places are CSS pixels from the canvas' middle. */
import { type Box, isBox } from "./box.ts";

export interface Moves {
  /** A finger or button went down: everything halts. */
  down(): void;
  drag(x: number, y: number): void;
  /** Let go in motion, in pixels a millisecond. */
  flick(x: number, y: number): void;
  /** Steps are powers of two; `direct` follows fingers and so is not eased. */
  zoom(steps: number, x: number, y: number, direct: boolean): void;
  /** The pointer is here, and not there. */
  point(x: number, y: number): void;
  /** No finger or button is down any more. */
  up(): void;
  /** Whether the next drag draws a box, also without the shift key. */
  boxing(): boolean;
  /** The box that is drawn; undefined: none any more. */
  box(box: Box | undefined): void;
  /** A box was drawn to its end. */
  enclose(box: Box): void;
}

interface Finger {
  x: number;
  y: number;
}

/** Milliseconds of the last way that make a flick's speed. */
const window = 90;
/** Milliseconds and pixels within which two taps are one double tap. */
const twice = { ms: 320, px: 28 };
/** Pixels that a tap may slip. */
const slip = 8;

/** Listens; the returned function stops that. */
export function gestures(host: HTMLElement, moves: Moves): () => void {
  const fingers = new Map<number, Finger>();
  let trail: { x: number; y: number; at: number }[] = [];
  /** When a finger was last lifted. */
  let touched = Number.NEGATIVE_INFINITY;
  let tap: { x: number; y: number; at: number } | undefined;
  let pressed: { x: number; y: number } | undefined;
  /** Where a box was begun, and by which pointer. */
  let corner: (Finger & { id: number }) | undefined;
  const listening = new AbortController();
  const on = <Type extends keyof HTMLElementEventMap>(type: Type, hear: (event: HTMLElementEventMap[Type]) => void) =>
    host.addEventListener(type, hear, { signal: listening.signal, passive: false });

  function place(event: MouseEvent): Finger {
    const box = host.getBoundingClientRect();
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
  }

  /** Middle of two fingers, and how far they are apart. */
  function spread(): { x: number; y: number; apart: number } {
    const [a, b] = [...fingers.values()] as [Finger, Finger];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.max(8, Math.hypot(a.x - b.x, a.y - b.y)) };
  }

  /** A second finger, Escape, or what the system takes away: there is no box after all. */
  function drop(): void {
    if (!corner) return;
    corner = undefined;
    moves.box(undefined);
  }

  on("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    host.setPointerCapture(event.pointerId);
    const at = place(event);
    if (corner) drop();
    else if (fingers.size === 0 && (event.shiftKey || moves.boxing())) corner = { ...at, id: event.pointerId };
    fingers.set(event.pointerId, at);
    pressed = fingers.size === 1 ? at : undefined;
    trail = [];
    moves.point(at.x, at.y);
    moves.down();
  });

  on("pointermove", (event) => {
    const at = place(event);
    if (event.isPrimary) moves.point(at.x, at.y);
    const before = fingers.get(event.pointerId);
    if (!before) return;
    if (corner) {
      fingers.set(event.pointerId, at);
      moves.box({ x: corner.x, y: corner.y, toX: at.x, toY: at.y });
    } else if (fingers.size === 1) {
      fingers.set(event.pointerId, at);
      moves.drag(at.x - before.x, at.y - before.y);
      trail.push({ ...at, at: event.timeStamp });
      trail = trail.filter((each) => event.timeStamp - each.at <= window);
    } else if (fingers.size === 2) {
      const was = spread();
      fingers.set(event.pointerId, at);
      const is = spread();
      moves.drag(is.x - was.x, is.y - was.y);
      moves.zoom(Math.log2(is.apart / was.apart), is.x, is.y, true);
    }
  });

  const lift = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId)) return;
    const at = place(event);
    if (corner?.id === event.pointerId) {
      const box = { x: corner.x, y: corner.y, toX: at.x, toY: at.y };
      drop();
      if (event.type === "pointerup" && isBox(box)) moves.enclose(box);
      moves.up();
      return;
    }
    if (event.type === "pointerup" && fingers.size === 0) release(event, at);
    if (fingers.size > 0) trail = [];
    else moves.up();
  };
  on("pointerup", lift);
  on("pointercancel", lift);

  function release(event: PointerEvent, at: Finger): void {
    const first = trail[0];
    const spent = first ? event.timeStamp - first.at : 0;
    if (first && spent > 8 && spent <= window * 1.5) {
      moves.flick((at.x - first.x) / spent, (at.y - first.y) / spent);
    }
    const still = pressed && Math.hypot(at.x - pressed.x, at.y - pressed.y) < slip;
    if (event.pointerType === "mouse") return;
    touched = event.timeStamp;
    if (!still) return;
    if (tap && event.timeStamp - tap.at < twice.ms && Math.hypot(at.x - tap.x, at.y - tap.y) < twice.px) {
      tap = undefined;
      moves.zoom(1.5, at.x, at.y, false);
    } else {
      tap = { ...at, at: event.timeStamp };
    }
  }

  on("dblclick", (event) => {
    event.preventDefault();
    // Double taps are told apart above, since fingers give this event, without saying so, on some systems only.
    if (event.timeStamp - touched < 2 * twice.ms) return;
    const at = place(event);
    moves.zoom(event.shiftKey ? -1.5 : 1.5, at.x, at.y, false);
  });

  on("wheel", (event) => {
    event.preventDefault();
    const at = place(event);
    const lines = { [WheelEvent.DOM_DELTA_LINE]: 16, [WheelEvent.DOM_DELTA_PAGE]: 400 }[event.deltaMode] ?? 1;
    // A trackpad's pinch comes as a wheel with Ctrl and small steps.
    const speed = event.ctrlKey ? 0.0145 : 0.0045;
    const turned = Math.max(-320, Math.min(320, event.deltaY * lines));
    moves.point(at.x, at.y);
    moves.zoom(-turned * speed, at.x, at.y, false);
  });

  addEventListener("keydown", (event) => event.key === "Escape" && drop(), { signal: listening.signal });

  return () => listening.abort();
}

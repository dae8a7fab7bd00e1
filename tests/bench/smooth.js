// How smooth a page stays: long tasks, and the gaps between its frames.

/**
 * @typedef {{ start: number, duration: number }} Task
 * @typedef {{ tasks: Task[], frames: number[], scripts: { start: number, text: string }[] }} Seen
 * @typedef {{ tasks: number, p99: number, longest: number, words: string[] }} Smoothness what happened since a moment:
 *   how many long tasks, gaps between frames in milliseconds, and what long frames were about
 */

/** Runs in the page before its own scripts. */
export function observe() {
  /** @type {Seen} */
  const seen = { tasks: [], frames: [], scripts: [] };
  Object.assign(window, { seen });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) seen.tasks.push({ start: startTime, duration });
  }).observe({ type: "longtask", buffered: true });
  // What a long task was about.
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { scripts = [] } = /** @type {any} */ (entry);
      const names = scripts.map(
        (/** @type {any} */ each) =>
          `${each.invoker} in ${each.sourceURL.split("/").pop()} ${Math.round(each.duration)} ms`,
      );
      seen.scripts.push({
        start: entry.startTime,
        text: `${Math.round(entry.duration)} ms (${names.join("; ") || "no script"})`,
      });
    }
  }).observe({ type: "long-animation-frame", buffered: true });
  const frame = (/** @type {number} */ time) => {
    seen.frames.push(time);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/**
 * @param {import("playwright-core").Page} page in which `observe` runs
 * @param {number} began by the page's clock
 * @returns {Promise<Smoothness>}
 */
export async function smoothness(page, began) {
  const seen = await page.evaluate(() => /** @type {Seen} */ (/** @type {any} */ (window).seen));
  const frames = seen.frames.filter((time) => time >= began);
  const gaps = frames.slice(1).map((time, at) => time - (frames[at] ?? time));
  gaps.sort((a, b) => a - b);
  return {
    tasks: seen.tasks.filter(({ start }) => start >= began).length,
    p99: gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * 0.99))] ?? 0,
    longest: gaps.at(-1) ?? 0,
    words: seen.scripts.filter(({ start }) => start >= began).map(({ text }) => text),
  };
}

// Posters: made, paused, stopped, and opened again where they were made.

import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { type Address, ExplorerPage, pages, patience, screens, whole } from "./explorer.ts";

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages })]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

const there: Address = { re: "-0.5", im: "0.6", zoom: 3, palette: "reef", limit: 900 };

/** Without the system's own dialog, which no test can answer: the page then makes a file of its own and downloads it. */
async function open(address: Address, options: object): Promise<ExplorerPage> {
  const explorer = await ExplorerPage.open(browser, served.origin, address, "local", options);
  await explorer.page.evaluate(() => Reflect.deleteProperty(globalThis, "showSaveFilePicker"));
  await explorer.settles();
  return explorer;
}

async function order(explorer: ExplorerPage, width: number, height: number): Promise<void> {
  await explorer.press("q");
  await explorer.role("poster-width").fill(String(width));
  await explorer.role("poster-height").fill(String(height));
  await explorer.role("poster-start").click();
}

async function share(explorer: ExplorerPage): Promise<number> {
  return Number.parseFloat((await explorer.role("poster-progress").textContent({ timeout: 1000 })) ?? "");
}

describe.each(screens)("at $name", ({ options }) => {
  test("a poster is the picture that was asked for, and dropped on the page it leads back", async () => {
    const explorer = await open(there, options);
    const arriving = explorer.page.waitForEvent("download", { timeout: patience });
    await order(explorer, 1300, 700);
    const download = await arriving;
    expect(download.suggestedFilename()).toBe("mandelbrot_-0.500000_0.600000_1300x700.png");
    const file = await readFile(await download.path());
    expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([1300, 700]);
    await expect.poll(() => explorer.role("poster-state").getAttribute("data-state")).toBe("done");

    // The browser's own decoder finds it whole, with colours in the sky and black in the set.
    const [sky, set] = await explorer.page.evaluate(async (encoded) => {
      const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const context = canvas.getContext("2d");
      context?.drawImage(picture, 0, 0);
      const at = (x: number, y: number) => [...(context?.getImageData(x, y, 1, 1).data ?? [])];
      return [at(20, 20), at(1290, 690)];
    }, file.toString("base64"));
    expect(set).toEqual([0, 0, 0, 255]);
    expect(Math.max(...(sky ?? []).slice(0, 3))).toBeGreaterThan(80);

    await explorer.press("Escape", "0");
    await expect.poll(() => explorer.address.re).not.toBe(-0.5);
    const drop = (name: string, encoded: string) =>
      explorer.page.evaluate(
        ([name = "", encoded = ""]) => {
          const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], name));
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        },
        [name, encoded],
      );
    await drop("holiday.png", file.subarray(0, 60).toString("base64"));
    await expect.poll(() => explorer.role("note").textContent()).toMatch(/holiday\.png says no view/);
    await drop("poster.png", file.toString("base64"));
    await expect.poll(() => explorer.address.re, { timeout: patience }).toBe(-0.5);
    await expect.poll(() => explorer.address.zoom, { timeout: patience }).toBe(3);
    expect(explorer.address).toMatchObject({ im: 0.6, palette: "reef", limit: "900" });
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });

  test("a poster is paused, goes on, and leaves nothing behind when it is stopped", async () => {
    const explorer = await open(there, options);
    await order(explorer, 12_000, 12_000);
    await expect.poll(() => share(explorer), { timeout: patience }).toBeGreaterThan(0.2);
    await explorer.role("poster-pause").click();
    await expect.poll(() => explorer.role("poster-state").getAttribute("data-state")).toBe("paused");
    // Tiles that were under way still come; then nothing changes any more.
    let before = -1;
    await expect
      .poll(
        async () => {
          const now = await share(explorer);
          const same = now === before;
          before = now;
          return same;
        },
        { interval: 1500, timeout: patience },
      )
      .toBe(true);
    await explorer.role("poster-resume").click();
    await expect.poll(() => share(explorer), { timeout: patience }).toBeGreaterThan(before);

    // It goes on while its panel is closed, and says so.
    await explorer.press("Escape");
    await explorer.role("poster-chip").waitFor();
    await explorer.press("q");
    await explorer.role("poster-cancel").click();
    await expect.poll(() => explorer.role("poster-state").getAttribute("data-state")).toBe("cancelled");
    const left = await explorer.page.evaluate(async () => {
      const folder = await navigator.storage.getDirectory();
      const names: string[] = [];
      for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
      return names;
    });
    expect(left).toEqual([]);
    // The plane answers as before.
    await explorer.press("Escape", "+");
    await explorer.settles();
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });
});

test("sizes that cannot be are named", async () => {
  const explorer = await open({ ...whole, zoom: 39, re: "-0.743643887037151", im: "0.131825904205330" }, {});
  await explorer.press("q");
  await explorer.role("poster-width").fill("40000");
  await expect.poll(() => explorer.role("poster-fault").textContent()).toBe("Width: a whole number from 16 to 30,000");
  await explorer.role("poster-width").fill("30000");
  await explorer.role("poster-height").fill("30000");
  await expect
    .poll(() => explorer.role("poster-fault").textContent())
    .toMatch(/Numbers of 64 bits .* at most [\d,]+ a side/);
  expect(await explorer.role("poster-start").isDisabled()).toBe(true);
  await explorer.close();
});

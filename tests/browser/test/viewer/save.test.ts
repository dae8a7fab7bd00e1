// Saving: what is seen is what is written, alone or all at once in a zip.

import { readFileSync } from "node:fs";
import type { Browser, Download } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { busy, draw, png, readPng } from "./png.ts";
import { screens } from "./screens.ts";
import { pages, sample, ViewerPage } from "./viewer.ts";

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages })]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

const drawn = draw(151, 101, busy);
const file = { name: "odd.one.png", bytes: png(drawn) };

async function bytesOf(download: Download): Promise<Buffer> {
  return readFileSync(await download.path());
}

/** Files of a zip by name, from its central directory; stored files alone. */
function unzip(zip: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    expect(zip.readUInt32LE(at)).toBe(0x02014b50);
    expect(zip.readUInt16LE(at + 10)).toBe(0);
    const length = zip.readUInt32LE(at + 24);
    const name = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    files.set(zip.toString("utf8", at + 46, at + 46 + name), zip.subarray(begin, begin + length));
    at += 46 + name + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}

describe.each(screens)("at %s", (_, screen) => {
  test("a picture is saved as it is seen: cropped, turned, in the chosen format and size", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, screen);
    const { page } = viewer;
    await viewer.drop(file);
    await viewer.shows(file.name);
    await viewer.press("r", "d");
    const panel = page.locator("[data-role=save]");
    await panel.waitFor();
    const saved = async (format: string) => {
      await panel.getByRole("radio", { name: format, exact: true }).check({ force: true });
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        panel.locator("[data-role=save-one]").click(),
      ]);
      await expect.poll(() => panel.locator("[data-role=saved]").textContent()).toContain("Saved");
      return { name: download.suggestedFilename(), bytes: await bytesOf(download) };
    };
    const whole = await saved("PNG");
    expect(whole.name).toBe("odd.one.png");
    const turned = draw(101, 151, (x, y) => {
      const at = ((100 - x) * 151 + y) * 4;
      return drawn.pixels.subarray(at, at + 4) as unknown as [number, number, number];
    });
    expect(Buffer.compare(readPng(whole.bytes).pixels, turned.pixels)).toBe(0);

    const jpeg = await saved("JPEG");
    expect(jpeg.name).toBe("odd.one.jpg");
    expect(jpeg.bytes.subarray(0, 3).toString("hex")).toBe("ffd8ff");
    const better = jpeg.bytes.length;
    await panel.locator("[data-role=quality]").fill("20");
    expect((await saved("JPEG")).bytes.length).toBeLessThan(better);
    expect((await saved("WebP")).bytes.toString("latin1", 8, 12)).toBe("WEBP");
    expect((await saved("QOI")).bytes.toString("latin1", 0, 4)).toBe("qoif");
    expect((await saved("JPEG XL")).name).toBe("odd.one.jxl");
    expect(await panel.getByRole("radio", { name: "Original JPEG" }).isChecked()).toBe(false);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("the whole strip goes into one zip, with what failed left out and named", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, screen);
    const { page } = viewer;
    const big = draw(1600, 1000, busy);
    await viewer.drop(
      file,
      { name: "big.png", bytes: png(big) },
      { name: "big.png", bytes: png(big) },
      { name: "garbage.jxl", bytes: Buffer.alloc(3000, 7) },
    );
    await viewer.shows(file.name);
    await viewer.press("d");
    const panel = page.locator("[data-role=save]");
    await panel.getByRole("radio", { name: "PNG", exact: true }).check({ force: true });
    await panel.locator("[data-role=longest]").selectOption("640");
    const [download] = await Promise.all([
      page.waitForEvent("download", { timeout: 60_000 }),
      panel.locator("[data-role=save-all]").click(),
    ]);
    expect(download.suggestedFilename()).toBe("pictures.zip");
    await page.locator("[data-role=batch][data-status=done]").waitFor();
    expect(await panel.locator("[data-status=failed]").textContent()).toContain("garbage.jxl");
    const files = unzip(await bytesOf(download));
    expect([...files.keys()].sort()).toEqual(["big (2).png", "big.png", "odd.one.png"]);
    const small = readPng(files.get("big.png") as Buffer);
    expect([small.width, small.height]).toEqual([640, 400]);
    const same = readPng(files.get("odd.one.png") as Buffer);
    expect(Buffer.compare(same.pixels, drawn.pixels)).toBe(0);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });
});

test("the original JPEG comes back byte for byte, from either place", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  const { page } = viewer;
  const original = readFileSync(sample("dunes.jpg"));
  await viewer.drop({ name: "dunes.jxl", bytes: readFileSync(sample("dunes.jxl")) });
  await viewer.shows("dunes.jxl");
  await viewer.press("d");
  const panel = page.locator("[data-role=save]");
  for (const place of ["local", "server"] as const) {
    await viewer.prefer(place);
    await panel.getByRole("radio", { name: "Original JPEG" }).check({ force: true });
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      panel.locator("[data-role=save-one]").click(),
    ]);
    expect(download.suggestedFilename()).toBe("dunes.jpg");
    expect(Buffer.compare(await bytesOf(download), original)).toBe(0);
  }
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});

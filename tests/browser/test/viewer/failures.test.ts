// What cannot be shown is told, beside what can; what takes long can be stopped, and nothing is lost.

import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { busy, draw, png } from "./png.ts";
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

const small = draw(320, 200, busy);
const good = { name: "good.png", bytes: png(small) };
/** 24 megapixels, which take seconds to decode: far longer than it takes until progress is shown. */
const slow = { name: "slow.jxl", bytes: readFileSync(sample("island.jxl")) };

/** A PNG that says it has a hundred thousand pixels a side. */
function enormous(): Buffer {
  const bytes = Buffer.from(good.bytes);
  bytes.writeUInt32BE(100_000, 16);
  bytes.writeUInt32BE(100_000, 20);
  // The header's check sum (CRC-32) over its type and data.
  let crc = 0xffffffff;
  for (const byte of bytes.subarray(12, 29)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  }
  bytes.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 29);
  return bytes;
}

test("an unreadable file gets a message beside those that work", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  const garbage = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 197 + 13) & 255));
  await viewer.drop(
    good,
    { name: "garbage.jxl", bytes: garbage },
    { name: "empty.png", bytes: Buffer.alloc(0) },
    { name: "cut.png", bytes: good.bytes.subarray(0, good.bytes.length / 2) },
    { name: "also-good.png", bytes: good.bytes },
  );
  await viewer.shows("good.png");
  // The strip marks the unreadable ones without being asked.
  await expect.poll(() => viewer.page.locator("li[data-status=failed]").count(), { timeout: 30_000 }).toBe(3);

  for (const name of ["garbage.jxl", "empty.png", "cut.png"]) {
    await viewer.page
      .locator("li[data-status=failed]")
      .filter({ has: viewer.page.locator(`[title^="${name}"]`) })
      .locator(".thumb")
      .click();
    const card = viewer.page.getByRole("alert");
    await expect.poll(() => card.textContent(), { timeout: 10_000 }).toContain(name);
  }
  await viewer.press("n");
  await viewer.shows("also-good.png");
  expect(await viewer.page.getByRole("alert").count()).toBe(0);
  await viewer.press("1");
  await viewer.equals(small);
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});

test("a picture past the limits is told the limit, and the other place is offered", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  await viewer.prefer("local");
  await viewer.drop({ name: "enormous.png", bytes: enormous() });
  const card = viewer.page.getByRole("alert");
  await card.waitFor();
  expect(await card.textContent()).toMatch(/enormous\.png is too large/);
  expect(await card.textContent()).toMatch(/10,000 megapixels; at most [\d,]+ megapixels/);
  await card.getByRole("button", { name: "Try the server" }).click();
  await expect.poll(() => viewer.page.locator("input[name=place]:checked").getAttribute("value")).toBe("server");
  await expect.poll(() => card.textContent(), { timeout: 20_000 }).toMatch(/too large/);
  await viewer.close();
});

test("a decode is stopped, the picture before stays, and the next is decoded at once", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  await viewer.prefer("local");
  await viewer.drop(good);
  await viewer.shows("good.png");
  await viewer.press("1");
  await viewer.drop(slow);
  await viewer.page.locator("[data-role=progress]").waitFor({ timeout: 20_000 });
  expect(await viewer.selected()).toBe("slow.jxl");
  await viewer.press("Escape");
  expect(await viewer.selected()).toBe("good.png");
  expect(await viewer.page.locator("[data-role=progress]").count()).toBe(0);
  await viewer.equals(small);
  expect(await viewer.names()).toEqual(["good.png", "slow.jxl (stopped)"]);

  const next = draw(200, 200, busy);
  await viewer.drop({ name: "next.png", bytes: png(next) });
  await viewer.shows("next.png");
  await viewer.press("1");
  await viewer.equals(next);

  // What was stopped can be had after all.
  await viewer.page.locator(".strip .thumb").nth(1).click();
  await viewer.shows("slow.jxl");
  await expect.poll(async () => (await viewer.middle())[3], { timeout: 20_000 }).toBe(255);
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});

test("the first decode is stopped by its button, and leaves an offer", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  await viewer.prefer("server");
  await viewer.drop(slow);
  await viewer.page.getByRole("button", { name: "Cancel" }).click({ timeout: 20_000 });
  await viewer.page.getByRole("heading", { name: "slow.jxl was stopped" }).waitFor();
  await viewer.drop(good);
  await viewer.shows("good.png");
  await viewer.says(/^server/);
  await viewer.close();
});

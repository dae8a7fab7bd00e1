import { expect, test } from "vitest";
import { match } from "../../src/shared/fuzzy.ts";

const names = ["Open pictures", "One to one", "Zoom out", "Contact sheet", "Decode on the server", "Next picture"];

function best(query: string): string | undefined {
  const found = names.flatMap((name) => {
    const { score } = match(query, name) ?? {};
    return score === undefined ? [] : [{ name, score }];
  });
  return found.sort((a, b) => b.score - a.score)[0]?.name;
}

test.each([
  ["open", "Open pictures"],
  ["zo", "Zoom out"],
  ["oto", "One to one"],
  ["cs", "Contact sheet"],
  ["DS", "Decode on the server"],
  ["np", "Next picture"],
  ["pic", "Open pictures"],
])("%s finds %s", (query, name) => {
  expect(best(query)).toBe(name);
});

test("letters that are not there, or not in this order, find nothing", () => {
  expect(match("xyz", "Open pictures")).toBeUndefined();
  expect(match("sp", "ps")).toBeUndefined();
  expect(match("", "Open pictures")).toEqual({ score: 0, places: [] });
});

// The sessions of `scripts/bench placement`, which are the same each time: placement is held to its figures.

import { expect, test } from "vitest";
import { grid } from "../../../../tests/bench/placement/grid.ts";
import { type Outcome, simulate } from "../../../../tests/bench/placement/simulate.ts";

const outcomes = grid().map(simulate);
const regret = ({ oracle }: Outcome, of: number) => (of - oracle) / oracle;
const ours = outcomes.map((outcome) => regret(outcome, outcome.ours));
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test("the grid is whole", () => {
  expect(outcomes).toHaveLength(1500);
  expect(new Set(outcomes.map(({ session }) => session.name)).size).toBe(1500);
  for (const { oracle } of outcomes) expect(oracle).toBeGreaterThan(0);
});

test("the mean regret is at most 0.10, and below that of the better fixed place", () => {
  const best = outcomes.map((outcome) => regret(outcome, Math.min(outcome.local, outcome.server)));
  expect(mean(ours)).toBeLessThanOrEqual(0.1);
  expect(mean(ours)).toBeLessThanOrEqual(mean(best));
});

test("the worst session's regret is at most 0.35", () => {
  const worst = outcomes[ours.indexOf(Math.max(...ours))] as Outcome;
  expect(Math.max(...ours), worst.session.name).toBeLessThanOrEqual(0.35);
});

test("neither place is always right", () => {
  expect(outcomes.some(({ local, server }) => local < server)).toBe(true);
  expect(outcomes.some(({ local, server }) => server < local)).toBe(true);
});

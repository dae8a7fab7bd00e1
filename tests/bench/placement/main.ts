// placement: how far placement is from an oracle, over a fixed grid of sessions. Nothing is random: each run gives the
// same figures.
//
//     node dist/main.js [SESSIONS]      also tells of the worst so many sessions

import { grid } from "./grid.ts";
import { type Outcome, simulate } from "./simulate.ts";

const outcomes = grid().map(simulate);
const regret = (of: number, { oracle }: Outcome) => (of - oracle) / oracle;
const ours = outcomes.map((outcome) => regret(outcome.ours, outcome));
const best = outcomes.map((outcome) => regret(Math.min(outcome.local, outcome.server), outcome));
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const note = `${outcomes.length} sessions of 200 calls, costs from costs.json`;
report({ metric: "mean_regret", samples: [mean(ours)], peer_name: "best-fixed", peer: [mean(best)], note });
report({ metric: "worst_session_regret", samples: [Math.max(...ours)], note });

const worst = [...outcomes.keys()].sort((a, b) => (ours[b] as number) - (ours[a] as number));
for (const at of worst.slice(0, Number(process.argv[2] ?? 3))) {
  const { session, ours: total, oracle, local, server, moved } = outcomes[at] as Outcome;
  const ms = (value: number) => `${Math.round(value)} ms`;
  process.stderr.write(
    `bench: regret ${(ours[at] as number).toFixed(3)}: ${session.name}: ours ${ms(total)}, oracle ${ms(oracle)}, local ${ms(local)}, server ${ms(server)}, ${moved} moved\n`,
  );
}
if (process.argv[3]) {
  const by = new Map<string, number[]>();
  for (const [at, { session }] of outcomes.entries()) {
    for (const key of session.name.split(", ").map((part, i) => `${i} ${part}`))
      by.set(key, [...(by.get(key) ?? []), ours[at] as number]);
  }
  for (const [key, values] of [...by].sort()) process.stderr.write(`bench: ${key}: ${mean(values).toFixed(3)}\n`);
}

function report(measurement: object): void {
  process.stdout.write(`${JSON.stringify({ case: "grid", unit: "×", ...measurement })}\n`);
}

import { expect, test } from "vitest";
import { failuresOf, reportOf } from "../crash/report.ts";
import { DEFAULTS, runCrash } from "../crash/run-crash.ts";

const MINUTES_MS = 60_000;
/** `npm run crash` does 20. */
const ROUNDS = 3;
const SEED = 2;
/** Half of what `npm run crash` posts, since other tests keep the machine busy. */
const RATE_PER_SECOND = 200;

test("[CRASH-2] killed at random moments under load, the router loses no acknowledged event and repeats none needlessly", {
  timeout: 5 * MINUTES_MS,
}, async () => {
  const run = await runCrash({
    ...DEFAULTS,
    rounds: ROUNDS,
    seed: SEED,
    ratePerSecond: RATE_PER_SECOND,
    progress: () => {},
  });
  expect(failuresOf(run), reportOf(run)).toEqual([]);
});

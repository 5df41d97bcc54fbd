/**
 * Kills a router under load and says whether anything was lost; the exit code is 1 if so.
 *
 *   npm run crash -- [--rounds 20] [--seed N] [--rate 400] [--drain 120000] [--record]
 *
 * With `--record` the figures are written to `bench/crash.json`.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { thisMachine } from "../kit/machine.ts";
import { positiveOption } from "../kit/positive-option.ts";
import { writeRecord } from "../kit/write-record.ts";
import { crashRecord, failuresOf, reportOf } from "./report.ts";
import { DEFAULTS, runCrash } from "./run-crash.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    drain: { type: "string", default: String(DEFAULTS.drainMs) },
    record: { type: "boolean", default: false },
    rate: { type: "string", default: String(DEFAULTS.ratePerSecond) },
  },
});

const options = {
  ...DEFAULTS,
  rounds: positiveOption("rounds", values.rounds),
  seed: positiveOption("seed", values.seed),
  drainMs: positiveOption("drain", values.drain),
  ratePerSecond: positiveOption("rate", values.rate),
};
console.log(`${options.rounds} rounds, seed ${options.seed}, ${options.ratePerSecond} events/s`);
const run = await runCrash({ ...options, progress: (line) => console.error(line) });
console.log(reportOf(run));
const failures = failuresOf(run);
for (const failure of failures) console.error(`FAILED ${failure}`);
if (values.record) {
  const record = { recordedAt: new Date().toISOString(), machine: thisMachine(), ...crashRecord(run, options) };
  writeRecord(fileURLToPath(new URL("../../bench/crash.json", import.meta.url)), record);
}
process.exitCode = failures.length === 0 ? 0 : 1;

/**
 * Keeps a router under load for half an hour beside a slow and a failing subscriber, and says whether its memory and
 * latency stayed flat and nothing was lost; the exit code is 1 if not. Linux only, for what it reads of the process.
 *
 *   npm run soak -- [--minutes 30] [--out bench/soak.json]
 */
import { parseArgs } from "node:util";
import { thisMachine } from "../kit/machine.ts";
import { positiveOption } from "../kit/positive-option.ts";
import { writeRecord } from "../kit/write-record.ts";
import { judge } from "./judge.ts";
import { reportOf, soakRecord } from "./report.ts";
import { DEFAULTS, runSoak } from "./run-soak.ts";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "30" }, out: { type: "string", default: "bench/soak.json" } },
});
const minutes = positiveOption("minutes", values.minutes);

const recordedAt = new Date().toISOString();
const evidence = await runSoak({ ...DEFAULTS, minutes, progress: (line) => console.error(line) });
const verdict = judge(evidence);
console.log(reportOf(evidence, verdict));
writeRecord(values.out, { recordedAt, machine: thisMachine(), ...soakRecord(evidence, verdict) });
for (const failure of verdict.failures) console.error(`FAILED ${failure}`);
process.exitCode = verdict.failures.length === 0 ? 0 : 1;

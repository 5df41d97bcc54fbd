/** `npm run sim -- --seed N --runs M`: runs that many seeds and says what went wrong in which. */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { commitOf } from "../kit/commit-of.ts";
import { longRun } from "./long-run.ts";
import { canaryNamed, changeModules } from "./module-hooks.ts";
import { SeedLog } from "./seed-record.ts";

const ROOT = resolve(import.meta.dirname, "../..");

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "1000" },
    /** Seeds one by one, instead of a range. */
    seeds: { type: "string" },
    /** Of about so many seeds one is run a second time, to see that the seed decides everything. */
    twice: { type: "string", default: "8" },
    /** No seed twice. */
    once: { type: "boolean", default: false },
    /** Plants the bug of that name. */
    canary: { type: "string" },
    /** Says what was found, without the shortened trace. */
    found: { type: "boolean", default: false },
    /** Goes on after a seed that violated something. */
    all: { type: "boolean", default: false },
    /** So many processes share the seeds. */
    processes: { type: "string", default: "1" },
    /** Writes what was run to `bench/sim.json`, and does not run again what it says of the same commit. */
    record: { type: "boolean", default: false },
    /** Prints whole traces. */
    trace: { type: "boolean", default: false },
  },
});

const canary = canaryNamed(values.canary);
const wanted = { firstSeed: Number(values.seed), runs: Number(values.runs) };
const processes = Number(values.processes);
const options = {
  twiceEach: values.once ? undefined : Number(values.twice),
  printsTrace: values.trace,
  shrinks: !values.found,
  goesOn: values.all,
};
const isClean = await (processes > 1 || values.record ? inProcesses() : here());
process.exitCode = isClean ? 0 : 1;

async function here(): Promise<boolean> {
  changeModules(canary);
  // Loaded after the hooks, so that the product's modules come changed.
  const { runSeeds } = await import("./run-seeds.ts");
  const range = Array.from({ length: wanted.runs }, (_, at) => wanted.firstSeed + at);
  return runSeeds(values.seeds?.split(",").map(Number) ?? range, options);
}

async function inProcesses(): Promise<boolean> {
  if (values.seeds !== undefined || values.trace) throw new Error("--seeds and --trace are for one process");
  if (!values.record) return longRun(wanted, { processes, canary: values.canary, log: undefined, options });
  const state = commitOf(ROOT);
  const refusal =
    canary === undefined ? state : { kind: "refused" as const, reason: "bugs that are planted are of no commit" };
  if (refusal.kind === "refused") {
    console.error(`nothing was run: ${refusal.reason}`);
    return false;
  }
  const log = new SeedLog(join(ROOT, "bench/sim.json"), { commit: refusal.commit, processes });
  return longRun(wanted, { processes, canary: undefined, log, options });
}

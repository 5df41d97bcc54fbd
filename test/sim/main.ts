/** `npm run sim -- --seed N --runs M`: runs that many seeds and says what went wrong in which. */
import { parseArgs } from "node:util";
import { CANARIES } from "./canaries.ts";
import { changeModules } from "./module-hooks.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "1000" },
    /** Seeds one by one, instead of a range. */
    seeds: { type: "string" },
    /** Each of so many seeds is run a second time, to see that the seed decides everything. */
    twice: { type: "string", default: "8" },
    /** No seed twice. */
    once: { type: "boolean", default: false },
    /** Plants the bug of that name. */
    canary: { type: "string" },
    /** Says what was found, without the shortened trace. */
    found: { type: "boolean", default: false },
    /** Goes on after a seed that violated something. */
    all: { type: "boolean", default: false },
    /** Prints whole traces. */
    trace: { type: "boolean", default: false },
  },
});

const canary = CANARIES.find(({ name }) => name === values.canary);
if (values.canary !== undefined && canary === undefined) throw new Error(`no canary is called ${values.canary}`);
changeModules(canary);

// Loaded after the hooks, so that the product's modules come changed.
const { runSeeds } = await import("./run-seeds.ts");
const first = Number(values.seed);
const seeds =
  values.seeds?.split(",").map(Number) ?? Array.from({ length: Number(values.runs) }, (_, at) => first + at);
const isClean = await runSeeds(seeds, {
  twiceEach: values.once ? undefined : Number(values.twice),
  printsTrace: values.trace,
  shrinks: !values.found,
  goesOn: values.all,
});
process.exitCode = isClean ? 0 : 1;

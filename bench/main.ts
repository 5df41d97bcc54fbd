/**
 * Measures the router beside floors of the same machine and prints one table. When all rows ran, none of them quick, the
 * record goes to `bench/results.json` and the pages in `docs/` are drawn anew.
 *
 *   npm run bench -- [--only a,b,c,d] [--seconds 10] [--repeat 3] [--quick]
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { commitOf } from "../test/kit/commit-of.ts";
import { thisMachine } from "../test/kit/machine.ts";
import { CONNECTIONS, EVENT_BYTES } from "./load/event.ts";
import { measureAll } from "./measure-all.ts";
import { isFull, optionsFrom } from "./options.ts";
import { faultsIn, resultsOf } from "./results.ts";
import { tableOf } from "./table.ts";

// What it has started ends with it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

const RECORD = fileURLToPath(new URL("./results.json", import.meta.url));
const options = optionsFrom(process.argv.slice(2));
const state = commitOf(fileURLToPath(new URL("..", import.meta.url)));
if (isFull(options) && state.kind === "refused") throw new Error(state.reason);
const { tool, seconds, repeat } = options;
const startedMs = performance.now();
const measured = await measureAll(options, (line) => console.error(line));
const results = resultsOf(measured, {
  recordedAt: new Date().toISOString(),
  ...(state.kind === "commit" ? { commit: state.commit } : {}),
  tookSeconds: Math.round((performance.now() - startedMs) / 1_000),
  machine: thisMachine(),
  load: { tool, connections: CONNECTIONS, eventBytes: EVENT_BYTES, seconds, repeat },
});
// Kept before anything is made of it.
if (isFull(options)) writeFileSync(RECORD, `${JSON.stringify(results, null, 2)}\n`);
console.log(tableOf(results));
console.log(`took ${results.tookSeconds} s`);
if (isFull(options)) await import("./docs.ts");
process.exitCode = faultsIn(results).length === 0 ? 0 : 1;

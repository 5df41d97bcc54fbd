/** A process that runs the pieces of a long run that it is given, one after another, and says of each what came of it. */

import type { SeedRange } from "../kit/sim-record.ts";
import type { PieceRequest } from "./long-run.ts";
import { canaryNamed, changeModules } from "./module-hooks.ts";
import { rounded } from "./seed-ranges.ts";

changeModules(canaryNamed(process.argv[2]));
// Loaded after the hooks, so that the product's modules come changed.
const modules = import("./run-seeds.ts");

// Whoever gives out the pieces is gone.
process.on("disconnect", () => process.exit());
process.on("message", (request: PieceRequest) => {
  void ran(request).then((range) => process.send?.(range));
});

async function ran({ piece, position, options }: PieceRequest): Promise<SeedRange> {
  const { runSeed } = await modules;
  const startedMs = performance.now();
  const violations: { seed: number; invariant: string }[] = [];
  let [runs, twice, events, crashes] = [0, 0, 0, 0];
  while (runs < piece.runs && (violations.length === 0 || options.goesOn)) {
    const seed = piece.firstSeed + runs;
    const { result, isTwice, violated } = await runSeed(seed, position + runs, options);
    if (violated !== undefined) violations.push({ seed, invariant: violated });
    runs++;
    if (isTwice) twice++;
    events += result.events;
    crashes += result.crashes;
  }
  const seconds = rounded((performance.now() - startedMs) / 1_000);
  return { firstSeed: piece.firstSeed, runs, twice, events, crashes, seconds, violations };
}

/** Runs seeds until one violates something, with progress, and shows a shortened trace of that one. */
import { shrunk } from "./shrink.ts";
import { simulate } from "./simulation.ts";

/** Progress is printed this often, milliseconds. */
const PROGRESS_MS = 10_000;

export interface SeedOptions {
  readonly isOnce: boolean;
  readonly printsTrace: boolean;
}

/** False when a seed violated something. */
export async function runSeeds(seeds: readonly number[], options: SeedOptions): Promise<boolean> {
  const startedMs = performance.now();
  const sum = { runs: 0, events: 0, crashes: 0 };
  let saidMs = startedMs;
  const progress = (): void => {
    const minutes = (performance.now() - startedMs) / 60_000;
    const perMinute = Math.round(sum.runs / minutes);
    const times = options.isOnce ? "once" : "twice";
    console.log(
      `${sum.runs} of ${seeds.length} seeds ${times}, ${perMinute}/minute, ${sum.events} events, ${sum.crashes} crashes`,
    );
  };
  for (const seed of seeds) {
    const result = await simulate(seed, { isRecording: options.printsTrace });
    if (options.printsTrace) console.log(result.lines.join("\n"));
    if (result.violation !== undefined) {
      const { invariant, message } = result.violation;
      console.log(`seed ${seed} violates "${invariant}": ${message}`);
      console.log(await shrunk(result));
      return false;
    }
    if (!options.isOnce) {
      const again = await simulate(seed);
      if (again.hash !== result.hash) {
        console.log(`seed ${seed}: not everything is decided by the seed: ${result.hash} and ${again.hash}`);
        return false;
      }
    }
    sum.runs++;
    sum.events += result.events;
    sum.crashes += result.crashes;
    if (performance.now() - saidMs > PROGRESS_MS) {
      saidMs = performance.now();
      progress();
    }
  }
  progress();
  return true;
}

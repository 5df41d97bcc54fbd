/** Runs seeds until one violates something, with progress, and shows a shortened trace of that one. */
import { shrunk } from "./shrink.ts";
import { type RunResult, simulate } from "./simulation.ts";
import { isRunTwice } from "./twice.ts";

/** Progress is printed this often, milliseconds. */
const PROGRESS_MS = 10_000;

export interface SeedOptions {
  /** Of about so many seeds one is run twice; undefined for none. */
  readonly twiceEach: number | undefined;
  readonly printsTrace: boolean;
  readonly shrinks: boolean;
  /** Goes on after a seed that violated something. */
  readonly goesOn: boolean;
}

export interface SeedRun {
  readonly result: RunResult;
  readonly isTwice: boolean;
  /** The invariant that it violated. */
  readonly violated: string | undefined;
}

/** What a run violates that is not alike when it is run again. */
const NOT_ALIKE = "the seed decides everything";

/** False when a seed violated something, or was not alike when it was run again. */
export async function runSeeds(seeds: readonly number[], options: SeedOptions): Promise<boolean> {
  const progress = new Progress(seeds.length);
  let isClean = true;
  for (const [position, seed] of seeds.entries()) {
    const run = await runSeed(seed, position, options);
    isClean &&= run.violated === undefined;
    if (!isClean && !options.goesOn) return false;
    progress.ran(run);
  }
  progress.say();
  return isClean;
}

/** One of a run of many, by its position there. */
export async function runSeed(seed: number, position: number, options: SeedOptions): Promise<SeedRun> {
  const result = await simulate(seed, { isRecording: options.printsTrace });
  if (options.printsTrace) console.log(result.lines.join("\n"));
  const isTwice = options.twiceEach !== undefined && isRunTwice(position, options.twiceEach);
  return {
    result,
    isTwice,
    violated: (await violatedBy(result, options)) ?? (isTwice ? await unlike(result) : undefined),
  };
}

async function violatedBy(result: RunResult, { shrinks }: SeedOptions): Promise<string | undefined> {
  if (result.violation === undefined) return undefined;
  const { invariant, message } = result.violation;
  console.log(`seed ${result.seed} violates "${invariant}": ${message}`);
  if (shrinks) console.log(await shrunk(result));
  return invariant;
}

async function unlike({ seed, hash }: RunResult): Promise<string | undefined> {
  const again = await simulate(seed);
  if (again.hash === hash) return undefined;
  console.log(`seed ${seed} was not alike when it was run again: ${hash}, then ${again.hash}`);
  return NOT_ALIKE;
}

class Progress {
  readonly #seeds: number;
  readonly #startedMs = performance.now();
  #saidMs = this.#startedMs;
  #runs = 0;
  #twice = 0;
  #events = 0;
  #crashes = 0;

  constructor(seeds: number) {
    this.#seeds = seeds;
  }

  ran({ result: { events, crashes }, isTwice }: SeedRun): void {
    this.#runs++;
    if (isTwice) this.#twice++;
    this.#events += events;
    this.#crashes += crashes;
    if (performance.now() - this.#saidMs < PROGRESS_MS) return;
    this.#saidMs = performance.now();
    this.say();
  }

  say(): void {
    const perMinute = Math.round((this.#runs * 60_000) / (performance.now() - this.#startedMs));
    const done = `${this.#runs} of ${this.#seeds} seeds, ${this.#twice} of them twice`;
    console.log(`${done}: ${perMinute} a minute, ${this.#events} events, ${this.#crashes} crashes`);
  }
}

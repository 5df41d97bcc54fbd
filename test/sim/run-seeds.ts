/** Runs seeds until one violates something, with progress, and shows a shortened trace of that one. */
import { shrunk } from "./shrink.ts";
import { type RunResult, simulate } from "./simulation.ts";

/** Progress is printed this often, milliseconds. */
const PROGRESS_MS = 10_000;

export interface SeedOptions {
  /** Of so many seeds one is run twice; undefined for none. */
  readonly twiceEach: number | undefined;
  readonly printsTrace: boolean;
  readonly shrinks: boolean;
  /** Goes on after a seed that violated something. */
  readonly goesOn: boolean;
}

/** False when a seed violated something, or was not alike when it was run again. */
export async function runSeeds(seeds: readonly number[], options: SeedOptions): Promise<boolean> {
  const progress = new Progress(seeds.length);
  let isClean = true;
  for (const seed of seeds) {
    const result = await simulate(seed, { isRecording: options.printsTrace });
    if (options.printsTrace) console.log(result.lines.join("\n"));
    const isTwice = options.twiceEach !== undefined && seed % options.twiceEach === 0;
    const isGood = (await isSound(result, options)) && (!isTwice || (await isRepeatable(result)));
    isClean &&= isGood;
    if (!isGood && !options.goesOn) return false;
    progress.ran(result, isTwice);
  }
  progress.say();
  return isClean;
}

async function isSound(result: RunResult, { shrinks }: SeedOptions): Promise<boolean> {
  if (result.violation === undefined) return true;
  const { invariant, message } = result.violation;
  console.log(`seed ${result.seed} violates "${invariant}": ${message}`);
  if (shrinks) console.log(await shrunk(result));
  return false;
}

async function isRepeatable({ seed, hash }: RunResult): Promise<boolean> {
  const again = await simulate(seed);
  if (again.hash !== hash) console.log(`seed ${seed} was not alike when it was run again: ${hash}, then ${again.hash}`);
  return again.hash === hash;
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

  ran({ events, crashes }: RunResult, isTwice: boolean): void {
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

/** Runs many seeds in several processes: gives out pieces, says how far it is, and keeps the record of it. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { SeedRange } from "../kit/sim-record.ts";
import type { SeedOptions } from "./run-seeds.ts";
import { missing, perMinute, type Seeds, sumOf } from "./seed-ranges.ts";
import type { SeedLog } from "./seed-record.ts";

const CHILD = fileURLToPath(new URL("seed-process.ts", import.meta.url));
/** A run makes much that lives as long as it does: with room for it, less is moved about, megabytes. */
const CHILD_OPTIONS = ["--max-semi-space-size=32"];
/** Signals that end a run, and what a shell makes of each. */
const ENDINGS = { SIGINT: 130, SIGTERM: 143 } as const;
/** What is lost of a run that is ended is less than a piece of each process. */
const PIECE_RUNS = 1_000;

export interface LongRunOptions {
  readonly processes: number;
  /** Seeds of a piece at most. */
  readonly pieceRuns?: number;
  readonly canary: string | undefined;
  readonly log: SeedLog | undefined;
  readonly options: SeedOptions;
}

/** What a process is asked to do. */
export interface PieceRequest {
  readonly piece: Seeds;
  /** Of its first seed in the whole run. */
  readonly position: number;
  readonly options: SeedOptions;
}

/** False when a seed violated something, by the record too: seeds that are in it already are not run again. */
export async function longRun(wanted: Seeds, settings: LongRunOptions): Promise<boolean> {
  const { log, options, canary, processes } = settings;
  const pieceRuns = settings.pieceRuns ?? Math.min(PIECE_RUNS, Math.ceil(wanted.runs / processes));
  const pieces = [...missing(log?.ranges ?? [], wanted, pieceRuns)];
  const left = pieces.reduce((sum, { runs }) => sum + runs, 0);
  if (left < wanted.runs) console.log(`${wanted.runs - left} of ${wanted.runs} seeds are in the record already`);
  const done: SeedRange[] = [];
  const children: ChildProcess[] = [];
  const forgetSignals = endedWith(children);
  while (children.length < Math.min(processes, pieces.length))
    children.push(fork(CHILD, canary === undefined ? [] : [canary], { execArgv: CHILD_OPTIONS }));
  const isOver = (): boolean => !options.goesOn && done.some(({ violations }) => violations.length > 0);
  try {
    await Promise.all(
      children.map(async (child) => {
        for (let piece = pieces.shift(); piece !== undefined && !isOver(); piece = pieces.shift()) {
          const position = piece.firstSeed - wanted.firstSeed;
          const range = await rangeOf(child, { piece, position, options });
          // Cut short because another has found something.
          if (range === undefined && isOver()) return;
          if (range === undefined) throw new Error(`the process of the seeds from ${piece.firstSeed} on has ended`);
          done.push(range);
          log?.add(range);
          console.log(progress(done, left));
          if (isOver()) for (const each of children) each.kill();
        }
      }),
    );
  } finally {
    for (const child of children) child.kill();
    forgetSignals();
  }
  return (log?.ranges ?? done).every(({ violations }) => violations.length === 0);
}

/** Undefined when the process ended instead. */
function rangeOf(child: ChildProcess, request: PieceRequest): Promise<SeedRange | undefined> {
  return new Promise((resolve) => {
    if (!child.connected) {
      resolve(undefined);
      return;
    }
    const ended = (): void => resolve(undefined);
    child.once("exit", ended);
    child.once("message", (range: SeedRange) => {
      child.off("exit", ended);
      resolve(range);
    });
    child.send(request, () => {});
  });
}

/** The processes do not outlive this one; what is returned forgets them. */
function endedWith(children: readonly ChildProcess[]): () => void {
  const handlers = Object.entries(ENDINGS).map(([signal, code]) => {
    const ended = (): void => {
      for (const child of children) child.kill("SIGKILL");
      process.exit(code);
    };
    process.on(signal, ended);
    return () => process.off(signal, ended);
  });
  return () => {
    for (const forget of handlers) forget();
  };
}

function progress(done: readonly SeedRange[], of: number): string {
  const found = done.reduce((sum, { violations }) => sum + violations.length, 0);
  const runs = `${sumOf(done, "runs")} of ${of} seeds, ${sumOf(done, "twice")} of them twice`;
  const speed = `${Math.round(perMinute(done))} a minute in each process`;
  return `${runs}: ${speed}, ${sumOf(done, "events")} events, ${sumOf(done, "crashes")} crashes, ${found} violations`;
}

/** Long runs of the simulator: which seeds are run twice, the processes that share them, and the record of what was run. */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { commitOf } from "../kit/commit-of.ts";
import type { SeedRange } from "../kit/sim-record.ts";
import { withFolder } from "../kit/temporary-folder.ts";
import { longRun } from "../sim/long-run.ts";
import { missing, withRange } from "../sim/seed-ranges.ts";
import { SeedLog } from "../sim/seed-record.ts";
import { isRunTwice } from "../sim/twice.ts";

const MAIN = resolve(import.meta.dirname, "../sim/main.ts");
const LONGEST_MS = 100_000;
/** Whether bounds are small goes by the seed modulo two, whether it has nested flows modulo five. */
const KINDS = 10;

function range(firstSeed: number, runs: number, more: Partial<SeedRange> = {}): SeedRange {
  return { firstSeed, runs, twice: 1, events: 10, crashes: 2, seconds: 0.1, violations: [], ...more };
}

describe("seeds that are run twice", () => {
  test.each([8, 10, 100])("[SIM-15] are some of every kind, where about one of %i is", (each) => {
    const runs = each * 40;
    const positions = Array.from({ length: runs }, (_, position) => position).filter((at) => isRunTwice(at, each));
    const kinds = new Set(positions.map((position) => (1 + position) % KINDS));
    expect(kinds.size).toBe(KINDS);
    expect(positions.length).toBeGreaterThan((runs / each) * 0.8);
    expect(positions.length).toBeLessThanOrEqual(runs / each);
  });
});

describe("the record of long runs", () => {
  test("[SIM-16] joins ranges that follow one another, whichever was done first, and keeps a gap", () => {
    const violations = [{ seed: 7, invariant: "order" }];
    const ranges = [range(11, 10), range(41, 10), range(1, 10, { violations })].reduce(withRange, []);
    expect(ranges).toEqual([
      range(1, 20, { twice: 2, events: 20, crashes: 4, seconds: 0.2, violations }),
      range(41, 10),
    ]);
  });

  test("[SIM-17] says which of the wanted seeds are still to be run", () => {
    const known = [range(41, 10), range(1, 20)];
    expect(missing(known, { firstSeed: 1, runs: 60 }, 15)).toEqual([
      { firstSeed: 21, runs: 15 },
      { firstSeed: 36, runs: 5 },
      { firstSeed: 51, runs: 10 },
    ]);
    expect(missing(known, { firstSeed: 5, runs: 10 }, 15)).toEqual([]);
    expect(missing([], { firstSeed: 5, runs: 10 }, 15)).toEqual([{ firstSeed: 5, runs: 10 }]);
  });

  test("[SIM-18] is refused for sources that no commit holds", async () => {
    await withFolder(async (folder) => {
      const git = (...words: readonly string[]): string =>
        execFileSync("git", words, { cwd: folder, encoding: "utf8" });
      git("init", "--quiet");
      mkdirSync(join(folder, "src"));
      writeFileSync(join(folder, "src/a.ts"), "");
      git("add", ".");
      git("-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "--quiet", "--message", "m");
      const commit = git("rev-parse", "HEAD").trim();
      writeFileSync(join(folder, "notes.txt"), "");
      expect(commitOf(folder)).toEqual({ kind: "commit", commit });
      writeFileSync(join(folder, "src/b.ts"), "");
      expect(commitOf(folder)).toEqual({
        kind: "refused",
        reason: "a record says which commit was run, and ?? src/b.ts is in none: commit it first",
      });
    });
  });

  test("[SIM-19] goes on where it ended on the same commit, and begins anew on another", async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "sim.json");
      new SeedLog(path, { commit: "a", processes: 2 }).add(range(1, 10, { seconds: 6 }));
      new SeedLog(path, { commit: "a", processes: 1 }).add(range(11, 10, { seconds: 6 }));
      const both = [range(1, 20, { twice: 2, events: 20, crashes: 4, seconds: 12 })];
      const record = { commit: "a", processes: 1, seedsPerMinutePerProcess: 100, ranges: both };
      expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject(record);
      expect(new SeedLog(path, { commit: "b", processes: 1 }).ranges).toEqual([]);
    });
  });
});

describe("several processes", () => {
  const options = { twiceEach: 10, printsTrace: false, shrinks: false, goesOn: true };

  test("[SIM-20] share the seeds, write down what they ran, and run none again", { timeout: LONGEST_MS }, async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "sim.json");
      const run = (runs: number): Promise<boolean> => {
        const log = new SeedLog(path, { commit: "a", processes: 2 });
        return longRun({ firstSeed: 1, runs }, { processes: 2, pieceRuns: 5, canary: undefined, log, options });
      };
      expect(await run(10)).toBe(true);
      expect(await run(25)).toBe(true);
      const { ranges } = JSON.parse(readFileSync(path, "utf8"));
      expect(ranges).toEqual([
        {
          firstSeed: 1,
          runs: 25,
          twice: 2,
          events: expect.any(Number),
          crashes: expect.any(Number),
          seconds: expect.any(Number),
          violations: [],
        },
      ]);
      expect(ranges[0].events).toBeGreaterThan(500);
    });
  });

  test("[SIM-22] write down which seeds violated what", { timeout: LONGEST_MS }, async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "sim.json");
      const log = new SeedLog(path, { commit: "a", processes: 2 });
      const settings = { processes: 2, pieceRuns: 2, canary: "strangers-stored", log, options };
      expect(await longRun({ firstSeed: 1, runs: 4 }, settings)).toBe(false);
      const { ranges } = JSON.parse(readFileSync(path, "utf8"));
      expect(ranges[0]).toMatchObject({ firstSeed: 1, runs: 4 });
      expect(ranges[0].violations).toContainEqual({ seed: 1, invariant: "strangers" });
    });
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGKILL", null],
  ] as const)("[SIM-23] end when the run is ended by %s", { timeout: LONGEST_MS }, async (signal, code) => {
    const run = spawn(process.execPath, [MAIN, "--processes", "2", "--runs", "100000", "--all"], { stdio: "ignore" });
    const ended = new Promise((resolve) => run.on("close", resolve));
    const children = await until(
      () => childrenOf(Number(run.pid)),
      (found) => found.length === 2,
    );
    run.kill(signal);
    expect(await ended).toBe(code);
    await until(
      () => children.filter(isThere),
      (left) => left.length === 0,
    );
  });
});

async function until<T>(look: () => T, isRight: (found: T) => boolean): Promise<T> {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; await wait(50)) {
    const found = look();
    if (isRight(found)) return found;
  }
  throw new Error("it did not come to that in 20 s");
}

function childrenOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
}

function isThere(pid: string): boolean {
  try {
    // One that has ended and that nobody has asked about is still listed.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Short runs of the simulator, as `npm run sim` makes long ones: in a process of its own, whose modules it changes. */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { CANARIES } from "../sim/canaries.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const MAIN = join(ROOT, "test/sim/main.ts");
/** Longer than any of these takes on a busy machine; what takes longer is ended and fails, milliseconds. */
const LONGEST_MS = 100_000;

describe("the simulator", () => {
  test("[SIM-5] finds nothing in 150 seeds", { timeout: LONGEST_MS }, async () => {
    const run = await simulator("--seed", "1", "--runs", "150", "--twice", "10");
    expect(run).toMatchObject({ code: 0 });
    expect(run.output).toContain("150 of 150 seeds");
  });

  test.each([
    { seed: 11, why: "after a restart an unread backlog armed no alarm, so a lost wake-up left it for a day" },
    { seed: 5, why: "outcomes waited for the journal's timer, and failures from before a crash ended newer attempts" },
    { seed: 12442, why: "an alarm that came during a commit moved on by a day, past the events in that commit" },
    { seed: 40205, why: "a subscriber that hung through a timeout of a second kept its place among the healthy ones" },
    {
      seed: 900896,
      why: "a disk that was full for the alarm alone kept a configuration with work and nobody to look at it",
    },
    { seed: 431, why: "a push that waited for a commit wrote over the removal that had come meanwhile" },
    {
      seed: 100067,
      why: "couriers that hung, or were busy in another channel, left a healthy subscription with nobody",
    },
    {
      seed: 1618,
      why: "a courier full of those that hang here and in the next channel left a healthy one waiting for their timeouts",
    },
    {
      seed: 73948,
      why: "a full window behind a delivery that hung was moved on by nobody, and its subscription waited for the end of it",
    },
  ])("[SIM-6] seed $seed, which once failed, is clean: $why", { timeout: LONGEST_MS }, async ({ seed }) => {
    expect(await simulator("--seed", String(seed), "--runs", "1")).toMatchObject({ code: 0 });
  });

  test.each([
    { seed: 58322, why: "a retirement came late to the next of its name, when its own channel had delivered all" },
    { seed: 73056, why: "two couriers, one after the other, were taken to be at work, as nobody knew of their end" },
    { seed: 9997, why: "a reply failed for good after the filter had changed, and its event went to the sink" },
  ])("[SIM-6] seed $seed, in which nothing is wrong, is clean: $why", { timeout: LONGEST_MS }, async ({ seed }) => {
    expect(await simulator("--seed", String(seed), "--runs", "1")).toMatchObject({ code: 0 });
  });

  const seedsOfBugs = new Map<string, string>();

  test.concurrent.each(CANARIES)(
    "[SIM-7] finds that $bug",
    { timeout: LONGEST_MS },
    async ({ name, violates, firstSeed = 1 }) => {
      const run = await simulator("--seed", String(firstSeed), "--runs", "2000", "--once", "--found", "--canary", name);
      // A module that cannot be loaded, or that throws, ends with the same code and violates nothing.
      const [, seed = run.output, invariant] = /^seed (\d+) violates "([^"]+)"/m.exec(run.output) ?? [];
      expect({ code: run.code, seed, invariant }).toEqual({
        code: 1,
        seed: expect.stringMatching(/^\d+$/),
        invariant: expect.toBeOneOf([...violates]),
      });
      seedsOfBugs.set(name, seed);
    },
  );

  test("[SIM-14] it is those bugs that were found: without them, the same seeds are clean", {
    timeout: LONGEST_MS,
  }, async () => {
    expect(seedsOfBugs.size).toBe(CANARIES.length);
    const seeds = [...new Set(seedsOfBugs.values())];
    const run = await simulator("--seeds", seeds.join(","), "--once");
    expect(run).toMatchObject({ code: 0 });
    expect(run.output).toContain(`${seeds.length} of ${seeds.length} seeds`);
  });

  test("[SIM-8] what is deployed holds no canary", { timeout: LONGEST_MS }, () => {
    execFileSync(process.execPath, [join(ROOT, "scripts/build-bundle.mjs")], { timeout: LONGEST_MS });
    const bundle = readFileSync(join(ROOT, "dist/worker.mjs"), "utf8");
    expect(bundle).toContain("ChannelHost");
    expect(bundle).not.toContain("setLimits");
    for (const { name, bug } of CANARIES) {
      expect(bundle).not.toContain(name);
      expect(bundle).not.toContain(bug);
    }
  });
});

interface Run {
  readonly code: number | null;
  readonly output: string;
}

function simulator(...options: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...options], { timeout: LONGEST_MS, killSignal: "SIGKILL" });
    const output: string[] = [];
    child.stdout.on("data", (chunk) => output.push(String(chunk)));
    child.stderr.on("data", (chunk) => output.push(String(chunk)));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output: output.join("") }));
  });
}

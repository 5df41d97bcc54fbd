/** Shortens a failing run: the shortest storm that still fails alike, and of its trace what concerns the failure. */
import { VIOLATED } from "./ledger.ts";
import { type RunResult, simulate } from "./simulation.ts";

/** Lines that are shown whatever they are about. */
const ALWAYS = /crash|killed|evicted|healed|operate|wanted|removed|time passes/;
const MOST_LINES = 120;

export async function shrunk(failed: RunResult): Promise<string> {
  let best = failed;
  for (let low = 0, high = failed.steps; low < high; ) {
    const steps = Math.floor((low + high) / 2);
    const shorter = await simulate(failed.seed, { steps });
    if (shorter.violation?.invariant === failed.violation?.invariant) {
      best = shorter;
      high = steps;
    } else {
      low = steps + 1;
    }
  }
  const { steps, violation, lines } = await simulate(best.seed, { steps: best.steps, isRecording: true });
  const words = new Set((violation?.message ?? "").match(/[a-z]+[\w-]*\d+|\b[a-z]-[\w-]+-\d+ \d+ \d+/g) ?? []);
  const found = lines.findIndex((line) => line.includes(` ${VIOLATED} `));
  const before = found < 0 ? lines : lines.slice(0, found + 1);
  const shown = before.filter((line) => ALWAYS.test(line) || [...words].some((word) => line.includes(word)));
  return [
    `shortest storm that fails alike, ${steps} of ${failed.steps} steps: ${violation?.message}`,
    ...shown.slice(-MOST_LINES),
  ].join("\n");
}

import { describe, expect, test } from "vitest";
import { DONE_RANGES } from "../../src/channel/limits.ts";
import { Reading } from "../../src/channel/reading.ts";
import type { Entry } from "../../src/channel/window.ts";

/** The first event waits, and so does every other one after it; those between them have ended. */
const HEAD = 2 * DONE_RANGES + 2;

function scanned(reading: Reading, passes: (seq: number) => boolean): void {
  for (let seq = reading.scannedTo; seq < HEAD; seq++) {
    if (!passes(seq)) continue;
    const state = reading.hasEndedBefore(seq) ? "done" : "pending";
    reading.window.add({ seq, orderingKey: undefined, attempts: 0, state });
  }
  reading.caughtUp = true;
}

function halfEnded(): Reading {
  const reading = new Reading(1, []);
  scanned(reading, () => true);
  const entries: Entry[] = [...reading.window.unsettled()].filter(({ seq }) => seq % 2 === 0);
  for (const entry of entries) reading.window.settle(entry);
  return reading;
}

describe("a reading of the log", () => {
  test("[RDG-1] stores runs of what has ended, over what its only filter has passed by", () => {
    const reading = new Reading(1, []);
    scanned(reading, (seq) => seq === 1 || seq % 2 === 0);
    for (const entry of [...reading.window.unsettled()]) if (entry.seq > 1) reading.window.settle(entry);
    expect([reading.floor, reading.done]).toEqual([1, [[2, HEAD - 2]]]);
  });

  test("[RDG-2] keeps apart what waited when its filter changed, and gives it to a later one", () => {
    const reading = halfEnded();
    reading.rewind(HEAD);
    scanned(reading, (seq) => seq === 1 || seq % 2 === 0);
    expect(reading.done.slice(0, 3)).toEqual([
      [2, 2],
      [4, 4],
      [6, 6],
    ]);
    reading.rewind(HEAD);
    scanned(reading, () => true);
    expect([...reading.window.unsettled()].map(({ seq }) => seq).slice(0, 3)).toEqual([1, 3, 5]);
  });

  test("[RDG-3] with more than it can remember forgets what waited, never what has ended", () => {
    const reading = halfEnded();
    reading.window.add({ seq: HEAD + 1, orderingKey: undefined, attempts: 0, state: "done" });
    expect(reading.done).toHaveLength(DONE_RANGES);
    reading.rewind(HEAD + 2);
    scanned(reading, (seq) => seq === 1 || seq === 7 || seq % 2 === 0);
    expect(reading.done).toEqual([
      [2, 6],
      [8, HEAD + 1],
    ]);
  });
});

/** Small random objects that collide often: few names, few values, no nulls. */
import type { Json, JsonObject } from "../../src/control-plane/resources/json.ts";
import type { SeededRandom } from "./seeded-random.ts";

const NAMES = ["a", "b", "c", "__proto__", "constructor"];
const MAX_DEPTH = 3;
const MAX_MEMBERS = 4;

export function randomObject(random: SeededRandom, depth = 0): JsonObject {
  const entries = Array.from({ length: random.below(MAX_MEMBERS) }, (): [string, Json] => [
    random.pick(NAMES),
    randomValue(random, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function randomValue(random: SeededRandom, depth: number): Json {
  if (depth < MAX_DEPTH && random.perMille(500)) return randomObject(random, depth);
  return random.pick<Json>([0, 1, "x", true, [], [1, 2], {}]);
}

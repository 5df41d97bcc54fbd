/** Bounds of Sequences and Parallels: each step or branch is a channel of its own, named after the whole. */
import type { JsonObject } from "../../resources/json.ts";
import { nameOf } from "../../resources/metadata.ts";
import { type FieldError, invalidValue } from "../field-error.ts";

/** An event has 255 hops, of which each channel that it comes to takes at least one. */
const MAX_CHANNELS = 100;
/** Names have 253 characters at most, and the longest ending, `-kn-parallel-filter-99`, has 22. */
const MAX_NAME_LENGTH = 230;

/** `path` is that of the steps or branches. */
export function validateFlowSize(flow: JsonObject, path: string, count: number): readonly FieldError[] {
  const errors: FieldError[] = [];
  const name = nameOf(flow);
  if (name.length > MAX_NAME_LENGTH) {
    errors.push(invalidValue(name, "metadata.name", `expected at most ${MAX_NAME_LENGTH} characters`));
  }
  if (count > MAX_CHANNELS) errors.push(invalidValue(String(count), path, `expected at most ${MAX_CHANNELS}`));
  return errors;
}

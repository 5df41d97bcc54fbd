/** Posts at a fixed rate from a process of its own, so that what is slow here does not slow what is measured. */
import { askOnce } from "../../test/kit/asked-process.ts";

export interface SteadyOptions {
  readonly url: string;
  readonly ratePerSecond: number;
  readonly seconds: number;
}

/** By the number of the event; epoch milliseconds. */
export interface SteadyPosts {
  readonly sentMs: Float64Array;
  /** When 202 came; 0 where it did not. */
  readonly answeredMs: Float64Array;
}

export function postSteadily(options: SteadyOptions): Promise<SteadyPosts> {
  return askOnce<SteadyPosts>(new URL("./steady-process.ts", import.meta.url), options, "post");
}

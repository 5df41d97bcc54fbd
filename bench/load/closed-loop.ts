/** As many posts as the server takes, over 64 connections that each wait for their answer. */
import { spawnSync } from "node:child_process";
import { postWithAutocannon } from "./autocannon.ts";
import { postWithWrk } from "./wrk.ts";

export interface Posted {
  /** Answered with 2xx. */
  readonly acked: number;
  readonly refused: number;
  /** Connections that broke, and posts without an answer. */
  readonly errors: number;
  /** Epoch milliseconds before the first post could leave. */
  readonly startedMs: number;
  /** From the first post to the last answer. */
  readonly seconds: number;
}

export interface Posting {
  readonly url: string;
  readonly seconds: number;
  /** Posts no more than this. */
  readonly events?: number;
  /** Ids count up from here, 0 unless it is given. */
  readonly firstId?: number;
  /** Beside those of the event. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For generated scripts; the caller removes it. */
  readonly folder: string;
}

export type LoadTool = "wrk" | "autocannon";

/** wrk takes the least of the machine; where it is not installed, autocannon does. */
export function loadTool(): LoadTool {
  return spawnSync("wrk", ["-v"]).error === undefined ? "wrk" : "autocannon";
}

export function post(tool: LoadTool, posting: Posting): Promise<Posted> {
  return tool === "wrk" ? postWithWrk(posting) : postWithAutocannon(posting);
}

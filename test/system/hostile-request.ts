/** A request that must be refused: with which status, and what the reason must name. */
import type { RawOptions, RawRequest } from "./raw-http.ts";

export const BROKER = "hostile";
export const SOURCE = "repository";
export const SECRET = "a secret between the repository and the router";

export interface HostileRequest extends RawRequest, RawOptions {
  readonly name: string;
  /** `closed` where the HTTP layer may only end the connection. */
  readonly status: number | "closed";
  /** What the JSON reason must say; without one, the HTTP layer below the router refuses in its own words. */
  readonly says?: RegExp;
}

export const PATH = `/default/${BROKER}`;
export const VALID = ["ce-specversion: 1.0", "ce-id: 1", "ce-source: /hostile", "ce-type: t"];

/** In front of bytes that are no text. */
export function line(name: string, ...bytes: readonly number[]): Uint8Array {
  return Buffer.concat([Buffer.from(`${name}: `), Buffer.from(bytes)]);
}

export function bytesInJson(before: string, bytes: readonly number[], after: string): Uint8Array {
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
}

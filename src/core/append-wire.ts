/** Appends as they cross RPC: columns instead of an object for each producer's call, as for leases (lease-wire.ts). */
import assert from "./assert.ts";
import type { AppendAnswer, AppendCall, AppendRequest } from "./channel-protocol.ts";

export interface PackedAppendRequest {
  readonly bytes: Uint8Array;
  /** Events of each call. */
  readonly counts: Uint32Array;
  /** Bytes of each event, of all calls in order. */
  readonly lengths: Uint32Array;
  readonly keys: readonly { readonly index: number; readonly key: string }[];
  readonly offersCourier?: boolean;
}

export type PackedAppendAnswer =
  | Exclude<AppendAnswer, { kind: "accepted" }>
  | {
      readonly kind: "accepted";
      readonly positions: readonly string[];
      /** Indexes of the calls that were known already. */
      readonly duplicates: readonly number[];
      readonly wantsCourier?: boolean;
    };

export function packAppendRequest({ calls, ...rest }: AppendRequest): PackedAppendRequest {
  const keys: { index: number; key: string }[] = [];
  calls.forEach(({ key }, index) => {
    if (key !== undefined) keys.push({ index, key });
  });
  return {
    ...rest,
    counts: Uint32Array.from(calls, (call) => call.lengths.length),
    lengths: Uint32Array.from(calls.flatMap((call) => call.lengths)),
    keys,
  };
}

export function unpackAppendRequest({ counts, lengths, keys, ...rest }: PackedAppendRequest): AppendRequest {
  const keyOf = new Map(keys.map(({ index, key }) => [index, key]));
  const calls: AppendCall[] = [];
  let start = 0;
  for (const count of counts) {
    const key = keyOf.get(calls.length);
    const own = [...lengths.subarray(start, start + count)];
    calls.push(key === undefined ? { lengths: own } : { lengths: own, key });
    start += count;
  }
  assert(start === lengths.length, "each length that crosses belongs to a call");
  return { ...rest, calls };
}

export function packAppendAnswer(answer: AppendAnswer): PackedAppendAnswer {
  if (answer.kind !== "accepted") return answer;
  const { calls, ...rest } = answer;
  const duplicates: number[] = [];
  calls.forEach(({ duplicate }, index) => {
    if (duplicate) duplicates.push(index);
  });
  return { ...rest, positions: calls.map((call) => call.position), duplicates };
}

export function unpackAppendAnswer(packed: PackedAppendAnswer): AppendAnswer {
  if (packed.kind !== "accepted") return packed;
  const { positions, duplicates, ...rest } = packed;
  const known = new Set(duplicates);
  return { ...rest, calls: positions.map((position, index) => ({ duplicate: known.has(index), position })) };
}

/** Appends as they cross RPC: columns instead of an object for each producer's call, as for leases (lease-wire.ts). */
import assert from "./assert.ts";
import type { AppendAnswer, AppendCall, AppendedCall, AppendRequest, RefusedCall } from "./channel-protocol.ts";

export interface PackedAppendRequest {
  readonly bytes: Uint8Array;
  /** Events of each call. */
  readonly counts: Uint32Array;
  /** Bytes of each event, of all calls in order. */
  readonly lengths: Uint32Array;
  readonly keys: readonly { readonly index: number; readonly key: string }[];
  readonly offersCourier?: boolean;
  /** Absent when no call names a caller. */
  readonly callers?: PackedCallers;
}

/** Most calls of a group present the same few tokens. */
interface PackedCallers {
  readonly digests: readonly string[];
  /** For each call the place of its digest, counted from 1; 0 for one that names no caller. */
  readonly places: Uint32Array;
}

export type PackedAppendAnswer =
  | Exclude<AppendAnswer, { kind: "accepted" }>
  | {
      readonly kind: "accepted";
      /** Of each call; empty for one that was refused. */
      readonly positions: readonly string[];
      /** Indexes of the calls that were known already. */
      readonly duplicates: readonly number[];
      /** Absent when none was refused. */
      readonly refused?: readonly { readonly index: number; readonly why: RefusedCall["why"] }[];
      readonly wantsCourier?: boolean;
    };

export function packAppendRequest({ calls, ...rest }: AppendRequest): PackedAppendRequest {
  const keys: { index: number; key: string }[] = [];
  calls.forEach(({ key }, index) => {
    if (key !== undefined) keys.push({ index, key });
  });
  const callers = packCallers(calls);
  return {
    ...rest,
    counts: Uint32Array.from(calls, (call) => call.lengths.length),
    lengths: Uint32Array.from(calls.flatMap((call) => call.lengths)),
    keys,
    ...(callers === undefined ? {} : { callers }),
  };
}

export function unpackAppendRequest({ counts, lengths, keys, callers, ...rest }: PackedAppendRequest): AppendRequest {
  const keyOf = new Map(keys.map(({ index, key }) => [index, key]));
  const callerOf = unpackedCallers(callers, counts.length);
  const calls: AppendCall[] = [];
  let start = 0;
  for (const count of counts) {
    const key = keyOf.get(calls.length);
    const caller = callerOf(calls.length);
    calls.push({
      lengths: [...lengths.subarray(start, start + count)],
      ...(key === undefined ? {} : { key }),
      ...(caller === undefined ? {} : { caller }),
    });
    start += count;
  }
  assert(start === lengths.length, "each length that crosses belongs to a call");
  return { ...rest, calls };
}

export function packAppendAnswer(answer: AppendAnswer): PackedAppendAnswer {
  if (answer.kind !== "accepted") return answer;
  const { calls, ...rest } = answer;
  const duplicates: number[] = [];
  const refused: { index: number; why: RefusedCall["why"] }[] = [];
  calls.forEach((call, index) => {
    if (call.kind === "refused") refused.push({ index, why: call.why });
    else if (call.duplicate) duplicates.push(index);
  });
  const positions = calls.map((call) => (call.kind === "stored" ? call.position : ""));
  return { ...rest, positions, duplicates, ...(refused.length === 0 ? {} : { refused }) };
}

export function unpackAppendAnswer(packed: PackedAppendAnswer): AppendAnswer {
  if (packed.kind !== "accepted") return packed;
  const { positions, duplicates, refused, ...rest } = packed;
  const known = new Set(duplicates);
  const whyNot = new Map(refused?.map(({ index, why }) => [index, why]));
  const calls = positions.map((position, index): AppendedCall => {
    const why = whyNot.get(index);
    return why === undefined ? { kind: "stored", duplicate: known.has(index), position } : { kind: "refused", why };
  });
  return { ...rest, calls };
}

function packCallers(calls: readonly AppendCall[]): PackedCallers | undefined {
  if (calls.every((call) => call.caller === undefined)) return undefined;
  const placeOf = new Map<string, number>();
  const places = Uint32Array.from(calls, ({ caller }) => {
    if (caller === undefined) return 0;
    const place = placeOf.get(caller) ?? placeOf.size + 1;
    placeOf.set(caller, place);
    return place;
  });
  return { digests: [...placeOf.keys()], places };
}

/** A call whose caller got lost on the way must not pass for one that needs no leave. */
function unpackedCallers(callers: PackedCallers | undefined, calls: number): (index: number) => string | undefined {
  if (callers === undefined) return () => undefined;
  const { digests, places } = callers;
  const isWhole = places.length === calls && places.every((place) => place <= digests.length);
  assert(isWhole, "each call that crosses has a place among the callers");
  return (index) => digests[(places[index] ?? 0) - 1];
}

/** Events on their way in: a call that is known by its key is answered with what it was, everything else is buffered. */
import type { AppendAnswer, AppendCall, AppendRequest, StoredCall } from "../core/channel-protocol.ts";
import { attributeOf } from "../core/event.ts";
import { decodeHead } from "../core/event-codec.ts";
import { dedupKey, isHandOver } from "../core/idempotency.ts";
import { positionText } from "../core/positions.ts";
import { type CourierOffer, type PendingEvent, splitCalls } from "./append-buffer.ts";
import type { Committer } from "./commit.ts";
import { nothingStored, withRefusals } from "./ingress-guard.ts";
import { KEY_RETENTION_MS, WAITING_BYTES } from "./limits.ts";
import type { ChannelState } from "./state.ts";

/** Told to producers of a channel whose buffer is full, milliseconds. */
const RETRY_AFTER_MS = 1_000;

export class Intake {
  readonly #state: ChannelState;
  readonly #committer: Committer;
  /** Calls with a key that wait for their commit. */
  readonly #pendingKeys = new Map<string, Promise<number>>();

  constructor(state: ChannelState, committer: Committer) {
    this.#state = state;
    this.#committer = committer;
  }

  async append(request: AppendRequest): Promise<AppendAnswer> {
    const { buffer, configuration } = this.#state;
    // Who hands events over is told of another channel first: what it has begun ends here, once.
    if (configuration.draining && !request.calls.every(({ key }) => isHandOver(key))) return { kind: "not-found" };
    if (!buffer.isEmpty && buffer.bytes + request.bytes.length > WAITING_BYTES) {
      return { kind: "overloaded", retryAfterMs: RETRY_AFTER_MS };
    }
    const refused = this.#state.guard.refused(request.calls);
    const isTaken = (_: unknown, index: number): boolean => !refused.has(index);
    const calls = refused.size === 0 ? request.calls : request.calls.filter(isTaken);
    // A flood of strangers writes nothing, nor does a call without events, which asks whether it may post.
    if (request.bytes.length === 0) return { kind: "accepted", calls: withRefusals(calls.map(nothingStored), refused) };
    if (calls.length === 0) return { kind: "accepted", calls: withRefusals([], refused) };
    const offer: CourierOffer | undefined = request.offersCourier ? { isTaken: false } : undefined;
    const events = splitCalls(request.bytes, request.calls);
    const stored = await this.#accept(calls, refused.size === 0 ? events : events.filter(isTaken), offer);
    return {
      kind: "accepted",
      calls: withRefusals(stored, refused),
      ...(offer?.isTaken ? { wantsCourier: true } : {}),
    };
  }

  #accept(
    calls: readonly AppendCall[],
    events: readonly (readonly Uint8Array[])[],
    offer: CourierOffer | undefined,
  ): Promise<readonly StoredCall[]> {
    const { buffer, configuration } = this.#state;
    const before = buffer.events;
    const isPlain = configuration.dedupMs === undefined && calls.every((call) => call.key === undefined);
    const answers = isPlain ? this.#acceptAll(events, offer) : this.#acceptEach(calls, events, offer);
    // What was known already waits for nothing, or for the commit that it is in.
    if (!buffer.isEmpty) this.#committer.appended(buffer.events - before);
    return answers;
  }

  /** Calls without keys need no answers of their own: they are durable together. */
  async #acceptAll(calls: readonly (readonly Uint8Array[])[], offer: CourierOffer | undefined): Promise<StoredCall[]> {
    const pending = calls.flat().map((bytes) => ({ bytes, keys: [] }));
    let seq = await this.#buffer(pending, offer);
    return calls.map((events) => {
      const position = positionText(seq);
      seq += events.length;
      return { kind: "stored", duplicate: false, position };
    });
  }

  #acceptEach(
    calls: readonly AppendCall[],
    events: readonly (readonly Uint8Array[])[],
    offer: CourierOffer | undefined,
  ): Promise<StoredCall[]> {
    return Promise.all(calls.map((call, index) => this.#acceptOne(call, events[index] ?? [], offer)));
  }

  #acceptOne(call: AppendCall, events: readonly Uint8Array[], offer: CourierOffer | undefined): Promise<StoredCall> {
    const known = call.key === undefined ? undefined : this.#known(call.key, KEY_RETENTION_MS);
    if (known !== undefined) return known;
    const pending: PendingEvent[] = [];
    let duplicateOf: Promise<StoredCall> | undefined;
    const inThisCall = new Set<string>();
    // What is handed over is no producer's repetition, even where a reply keeps the id of its cause; its own key makes it once.
    const dedupMs = isHandOver(call.key) ? undefined : this.#state.configuration.dedupMs;
    for (const bytes of events) {
      const keys: string[] = [];
      if (dedupMs !== undefined) {
        const key = keyOf(bytes);
        if (inThisCall.has(key)) continue;
        const earlier = this.#known(key, dedupMs);
        if (earlier !== undefined) {
          duplicateOf ??= earlier;
          continue;
        }
        inThisCall.add(key);
        keys.push(key);
      }
      pending.push({ bytes, keys });
    }
    const [first, ...others] = pending;
    if (first === undefined && duplicateOf !== undefined) return duplicateOf;
    const keyed =
      first === undefined || call.key === undefined
        ? pending
        : [{ bytes: first.bytes, keys: [...first.keys, call.key] }, ...others];
    return this.#buffer(keyed, offer).then((seq) => ({
      kind: "stored",
      duplicate: false,
      position: positionText(seq),
    }));
  }

  /** Resolves with the sequence number of the first event once all are durable. */
  #buffer(events: readonly PendingEvent[], offer: CourierOffer | undefined): Promise<number> {
    const keys = events.flatMap((event) => event.keys);
    const forget = (): void => {
      for (const key of keys) this.#pendingKeys.delete(key);
    };
    const stored = new Promise<number>((resolve, reject) => {
      this.#state.buffer.add({
        events,
        ...(offer === undefined ? {} : { offer }),
        accepted: (firstSeq) => {
          forget();
          resolve(firstSeq);
        },
        refused: (error) => {
          forget();
          reject(error);
        },
      });
    });
    for (const key of keys) this.#pendingKeys.set(key, stored);
    return stored;
  }

  /** The answer for a key that is in the log, or on its way into it. */
  #known(key: string, withinMs: number): Promise<StoredCall> | undefined {
    const pending = this.#pendingKeys.get(key);
    const stored = pending ?? this.#state.keys.find(key, this.#state.ports.now() - withinMs);
    if (stored === undefined) return undefined;
    this.#state.duplicates++;
    return Promise.resolve(stored).then((seq) => ({ kind: "stored", duplicate: true, position: positionText(seq) }));
  }
}

function keyOf(event: Uint8Array): string {
  const { attributes } = decodeHead(event);
  return dedupKey(String(attributeOf(attributes, "source")), String(attributeOf(attributes, "id")));
}

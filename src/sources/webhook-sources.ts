/**
 * What the control plane said about webhook sources, remembered for a few seconds in this isolate, so that a busy
 * repository does not ask for its secret with every webhook.
 *
 * A source that is missing or not ready is asked for each time, because GitHub does not repeat a refused webhook; only
 * a flood of such requests is answered from memory.
 */
import type { WebhookLookup } from "../core/webhook-source.ts";
import type { WebhookPath } from "./webhook-path.ts";

/** How long a deleted source may still accept, milliseconds. */
const READY_MS = 5_000;
/** Misses, each within FORGET_MS of the one before, that make a flood; then silence at a time, milliseconds. */
const STRIKES = 32;
const FORGET_MS = 1_000;
const SILENCE_MS = 500;
/** Sources remembered; the longest known goes first. */
const MAX_SOURCES = 1_024;
/** Wrong signatures per source that make this isolate ask again: so many at once, so many a second. */
const REFRESH_BURST = 16;
const REFRESH_PER_SECOND = 4;

export type Lookup = (namespace: string, name: string) => Promise<WebhookLookup>;

interface Known {
  readonly answer: WebhookLookup;
  readonly atMs: number;
  readonly misses: number;
  refreshes: number;
  refreshesAtMs: number;
}

/**
 * One per isolate. Only answers are shared between requests, not calls: a call ends with the request that made it, and
 * would take those that wait for it along.
 */
export class WebhookSources {
  readonly #known = new Map<string, Known>();

  /** Rejects when the lookup does. */
  async find(path: WebhookPath, lookup: Lookup, nowMs: number): Promise<WebhookLookup> {
    const known = this.#known.get(keyOf(path));
    if (known !== undefined && isFresh(known, nowMs)) return known.answer;
    return this.#ask(path, lookup, nowMs);
  }

  /** A newer answer than `stale`, which did not fit the request; `stale` itself where asking again has to wait. */
  async refresh(path: WebhookPath, stale: WebhookLookup, lookup: Lookup, nowMs: number): Promise<WebhookLookup> {
    const known = this.#known.get(keyOf(path));
    if (known === undefined) return this.#ask(path, lookup, nowMs);
    if (known.answer !== stale) return known.answer;
    return takeRefresh(known, nowMs) ? this.#ask(path, lookup, nowMs) : stale;
  }

  async #ask(path: WebhookPath, lookup: Lookup, nowMs: number): Promise<WebhookLookup> {
    const answer = await lookup(path.namespace, path.name);
    const key = keyOf(path);
    const before = this.#known.get(key);
    const missesBefore = before !== undefined && nowMs - before.atMs <= FORGET_MS ? before.misses : 0;
    // Moves to the end of the map, so that the first key is always the longest untouched.
    this.#known.delete(key);
    this.#known.set(key, {
      answer,
      atMs: nowMs,
      misses: answer.kind === "ready" ? 0 : missesBefore + 1,
      refreshes: before?.refreshes ?? REFRESH_BURST,
      refreshesAtMs: before?.refreshesAtMs ?? nowMs,
    });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_SOURCES) break;
      this.#known.delete(oldest);
    }
    return answer;
  }
}

function keyOf(path: WebhookPath): string {
  return `${path.namespace}/${path.name}`;
}

function isFresh(known: Known, nowMs: number): boolean {
  const age = nowMs - known.atMs;
  return known.answer.kind === "ready" ? age < READY_MS : known.misses >= STRIKES && age < SILENCE_MS;
}

function takeRefresh(known: Known, nowMs: number): boolean {
  const earned = ((nowMs - known.refreshesAtMs) / 1_000) * REFRESH_PER_SECOND;
  const tokens = Math.min(REFRESH_BURST, known.refreshes + earned);
  known.refreshesAtMs = nowMs;
  known.refreshes = tokens >= 1 ? tokens - 1 : tokens;
  return tokens >= 1;
}

/**
 * What the control plane said about webhook sources, remembered for a few seconds in this isolate, so that a busy
 * repository does not ask for its secret with every webhook.
 *
 * A source that is missing or not ready is asked for each time, because GitHub does not repeat a refused webhook; only
 * a flood of such requests is answered from memory.
 */
import { Allowance } from "../core/allowance.ts";
import { Strikes } from "../core/strikes.ts";
import type { WebhookLookup } from "../core/webhook-source.ts";
import type { WebhookPath } from "./webhook-path.ts";

/** How long a deleted source may still accept, milliseconds. */
const READY_MS = 5_000;
/** Sources remembered; the longest known goes first. */
const MAX_SOURCES = 1_024;
/** Wrong signatures per source that make this isolate ask again: so many at once, so many a second. */
const REFRESH_BURST = 16;
const REFRESH_PER_SECOND = 4;

export type Lookup = (namespace: string, name: string) => Promise<WebhookLookup>;

interface Known {
  readonly answer: WebhookLookup;
  readonly atMs: number;
  readonly refreshes: Allowance;
}

/**
 * One per isolate. Only answers are shared between requests, not calls: a call ends with the request that made it, and
 * would take those that wait for it along.
 */
export class WebhookSources {
  readonly #known = new Map<string, Known>();
  readonly #missing = new Strikes<WebhookLookup>();

  /** Rejects when the lookup does. */
  async find(path: WebhookPath, lookup: Lookup, nowMs: number): Promise<WebhookLookup> {
    const key = keyOf(path);
    const known = this.#known.get(key);
    if (known?.answer.kind === "ready" && nowMs - known.atMs < READY_MS) return known.answer;
    return this.#missing.silenced(key, nowMs) ?? this.ask(path, lookup, nowMs);
  }

  /** A newer answer than `stale`, which did not fit the request; `stale` itself where asking again has to wait. */
  async refresh(path: WebhookPath, stale: WebhookLookup, lookup: Lookup, nowMs: number): Promise<WebhookLookup> {
    const known = this.#known.get(keyOf(path));
    if (known === undefined) return this.ask(path, lookup, nowMs);
    if (known.answer !== stale) return known.answer;
    return known.refreshes.take(nowMs) ? this.ask(path, lookup, nowMs) : stale;
  }

  /** As it is now, whatever is remembered. Rejects when the lookup does. */
  async ask(path: WebhookPath, lookup: Lookup, nowMs: number): Promise<WebhookLookup> {
    const answer = await lookup(path.namespace, path.name);
    const key = keyOf(path);
    if (answer.kind === "ready") this.#missing.forgive(key);
    else this.#missing.strike(key, answer, nowMs);
    const before = this.#known.get(key);
    // Moves to the end of the map, so that the first key is always the longest untouched.
    this.#known.delete(key);
    const refreshes = before?.refreshes ?? new Allowance(REFRESH_BURST, REFRESH_PER_SECOND, nowMs);
    this.#known.set(key, { answer, atMs: nowMs, refreshes });
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

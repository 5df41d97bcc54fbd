/** Those who post events: through isolates that share calls, with keys, batches and large events; some hang up, some may not. */
import type { ChannelName } from "../../src/core/channel-name.ts";
import type { CallAnswer, PendingCall } from "../../src/ingress/coalesce.ts";
import { eventIdOf, PRODUCER, STRANGER } from "./callers.ts";
import { crossing } from "./crossing.ts";
import { encodedEvent } from "./encoded-event.ts";
import { IngressIsolate, type IngressRequest } from "./ingress-isolate.ts";
import type { World } from "./world.ts";

const ISOLATES = 3;
/** Clients that hang up do so within one of these times, milliseconds. */
const PATIENCE_MS = [2, 200, 10_000] as const;
/**
 * More than the longest way through nested flows takes. People who change a Trigger make a loop of one, and its branches double
 * events each time round.
 */
const FLOW_HOPS = [16] as const;
/** With few of them loops end soon. */
const FEW_HOPS = [2, 3, 4, 6] as const;
const TYPES = ["a", "a", "b", "b", "c"] as const;
const SUBJECTS = ["0", "1", "2"] as const;

/** A call as its producer remembers it. */
export interface Post {
  readonly channel: ChannelName;
  readonly ids: readonly string[];
  readonly key: string | undefined;
  readonly call: PendingCall;
}

/** A post without an answer. */
interface Waiting {
  readonly post: Post;
  readonly request: IngressRequest;
  readonly postedAtMs: number;
}

export class Producers {
  readonly #world: World;
  readonly #keyed: Post[] = [];
  readonly #isolates: IngressIsolate[];
  #waiting = new Set<Waiting>();
  #events = 0;
  #keys = 0;

  constructor(world: World) {
    this.#world = world;
    this.#isolates = Array.from({ length: ISOLATES }, () => new IngressIsolate());
  }

  get posted(): number {
    return this.#events;
  }

  /** Producers that hung up, or whose isolate ended, wait for nothing. */
  get waiting(): ReadonlySet<Waiting> {
    for (const each of this.#waiting) if (!each.request.isClientThere) this.#waiting.delete(each);
    return this.#waiting;
  }

  /** One isolate forgets everything, the calls it was making included. */
  killIsolate(): void {
    const index = this.#world.random.below(ISOLATES);
    this.#world.trace.note("isolate killed", String(index));
    this.#kill(index);
  }

  killAllIsolates(): void {
    for (let index = 0; index < ISOLATES; index++) this.#kill(index);
  }

  #kill(index: number): void {
    this.#isolates[index]?.kill();
    this.#isolates[index] = new IngressIsolate();
  }

  post(): void {
    const { random } = this.#world;
    const again = this.#keyed.length > 0 && random.perMille(120) ? random.pick(this.#keyed) : undefined;
    this.#send(again ?? this.#newPost());
  }

  #newPost(): Post {
    const { random, entrances, limits, flowTree, originals } = this.#world;
    const channel = random.pick(entrances).name;
    const count = random.perMille(100) ? random.between(2, 8) : 1;
    const isLarge = random.perMille(90);
    const caller = random.perMille(100) ? STRANGER : random.perMille(500) ? PRODUCER : undefined;
    const ids = Array.from({ length: count }, () => eventIdOf(caller, ++this.#events));
    const hops = flowTree === undefined ? FEW_HOPS : FLOW_HOPS;
    const events = ids.map((id) => {
      const [type, subject] = [random.pick(TYPES), random.pick(SUBJECTS)];
      const left = random.pick(hops);
      const { largeEventBytes } = limits;
      const dataBytes = isLarge ? largeEventBytes + random.below(largeEventBytes) : random.pick([0, 0, 5, 40, 250]);
      const attributes = { specversion: "1.0", id, source: "/sim", type, subject };
      return encodedEvent({ ...originals.make(attributes, dataBytes), hops: left });
    });
    const key = random.perMille(300) ? `p:k${++this.#keys}` : undefined;
    const bytes = events.reduce((sum, event) => sum + event.length, 0);
    const named = { ...(key === undefined ? {} : { key }), ...(caller === undefined ? {} : { caller }) };
    const post: Post = { channel, ids, key, call: { events, bytes, ...named } };
    if (key !== undefined) this.#keyed.push(post);
    return post;
  }

  #send(post: Post): void {
    const { clock, random, weather, trace } = this.#world;
    const isolate = this.#isolates[random.below(ISOLATES)];
    if (isolate === undefined) return;
    trace.note("posted", post.channel, post.ids[0], post.ids.length);
    const request = isolate.begin(clock);
    const waiting = { post, request, postedAtMs: clock.nowMs };
    this.#waiting.add(waiting);
    if (random.perMille(weather.hangUps)) {
      clock.schedule(random.below(random.pick(PATIENCE_MS)), () => {
        trace.note("hung up", post.channel, post.ids[0]);
        request.clientLeft();
      });
    }
    const answer = isolate.coalescer.append(post.channel, post.call, {
      settings: { coalesce: this.#world.coalesce },
      append: (name, appended) => request.reaches(crossing(this.#world, name).append(appended)),
      now: () => clock.nowMs,
      schedule: request.schedule,
      yieldOnce: () => request.reaches(clock.wait(0)),
      waitUntil: request.waitUntil,
    });
    void answer.then((said) => {
      if (!request.isClientThere) return;
      this.#waiting.delete(waiting);
      this.#answered(post, said);
      request.clientLeft();
    });
  }

  #answered(post: Post, answer: CallAnswer): void {
    this.#world.trace.note("post answered", answer.kind, post.ids[0]);
    this.#world.ledger.postAnswered(post, answer);
  }
}

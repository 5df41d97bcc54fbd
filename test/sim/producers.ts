/** Those who post events: through isolates that share calls, with keys, batches and large events; some hang up. */
import type { ChannelName } from "../../src/core/channel-name.ts";
import { type CallAnswer, Coalescer, type PendingCall } from "../../src/ingress/coalesce.ts";
import { crossing } from "./crossing.ts";
import { encodedEvent } from "./encoded-event.ts";
import type { World } from "./world.ts";

const ISOLATES = 3;
const TYPES = ["a", "a", "b", "b", "c"] as const;
const SUBJECTS = ["0", "1", "2"] as const;

interface Isolate {
  readonly coalescer: Coalescer;
  isAlive: boolean;
}

/** A call as its producer remembers it. */
export interface Post {
  readonly channel: ChannelName;
  readonly ids: readonly string[];
  readonly key: string | undefined;
  readonly call: PendingCall;
}

export class Producers {
  readonly #world: World;
  readonly #keyed: Post[] = [];
  #isolates: Isolate[];
  #events = 0;
  #keys = 0;

  constructor(world: World) {
    this.#world = world;
    this.#isolates = Array.from({ length: ISOLATES }, () => ({ coalescer: new Coalescer(), isAlive: true }));
  }

  get posted(): number {
    return this.#events;
  }

  /** One isolate forgets everything, the calls it was making included. */
  killIsolate(): void {
    const index = this.#world.random.below(ISOLATES);
    this.#world.trace.note("isolate killed", String(index));
    const isolate = this.#isolates[index];
    if (isolate !== undefined) isolate.isAlive = false;
    this.#isolates[index] = { coalescer: new Coalescer(), isAlive: true };
  }

  killAllIsolates(): void {
    for (let index = 0; index < ISOLATES; index++) {
      const isolate = this.#isolates[index];
      if (isolate !== undefined) isolate.isAlive = false;
      this.#isolates[index] = { coalescer: new Coalescer(), isAlive: true };
    }
  }

  post(): void {
    const { random } = this.#world;
    const again = this.#keyed.length > 0 && random.perMille(120) ? random.pick(this.#keyed) : undefined;
    this.#send(again ?? this.#newPost());
  }

  #newPost(): Post {
    const { random, objects, limits } = this.#world;
    const channel = random.pick(objects).name;
    const count = random.perMille(100) ? random.between(2, 8) : 1;
    const isLarge = random.perMille(90);
    const ids = Array.from({ length: count }, () => `e${++this.#events}`);
    const events = ids.map((id) =>
      encodedEvent({
        attributes: {
          specversion: "1.0",
          id,
          source: "/sim",
          type: random.pick(TYPES),
          subject: random.pick(SUBJECTS),
        },
        hops: random.pick([2, 3, 4, 6]),
        dataBytes: isLarge ? limits.largeEventBytes + random.below(limits.largeEventBytes) : random.pick([0, 0, 5, 40]),
      }),
    );
    const key = random.perMille(300) ? `p:k${++this.#keys}` : undefined;
    const bytes = events.reduce((sum, event) => sum + event.length, 0);
    const post: Post = { channel, ids, key, call: { events, bytes, ...(key === undefined ? {} : { key }) } };
    if (key !== undefined) this.#keyed.push(post);
    return post;
  }

  #send(post: Post): void {
    const { clock, random, weather, trace } = this.#world;
    const isolate = this.#isolates[random.below(ISOLATES)];
    if (isolate === undefined) return;
    trace.note("posted", post.channel, post.ids[0], post.ids.length);
    const hangsUp = random.perMille(weather.hangUps);
    // A leader that hangs up may take its turn with it, whatever the runtime promises.
    const isLeadLost = hangsUp && random.perMille(300);
    const answer = isolate.coalescer.append(post.channel, post.call, {
      settings: { coalesce: this.#world.coalesce },
      append: (name, request) => crossing(this.#world, name).append(request),
      now: () => clock.nowMs,
      schedule: clock.schedule,
      yieldOnce: () => (isLeadLost ? new Promise(() => {}) : clock.wait(0)),
      waitUntil: () => {},
    });
    void answer.then((said) => {
      if (isolate.isAlive && !hangsUp) this.#answered(post, said);
    });
  }

  #answered(post: Post, answer: CallAnswer): void {
    this.#world.trace.note("post answered", answer.kind, post.ids[0]);
    this.#world.ledger.postAnswered(post, answer);
  }
}

/** Pushes what people want to the channels: again until it is acknowledged, sometimes late, sometimes twice. */
import type { ChannelName } from "../../src/core/channel-name.ts";
import type {
  ChannelConfiguration,
  ReplyGoal,
  SubscriptionConfiguration,
  Target,
} from "../../src/core/channel-protocol.ts";
import { PRODUCER } from "./callers.ts";
import type { ChannelObject } from "./channel-object.ts";
import { plansOf } from "./flow-plans.ts";
import { type ChannelPlan, drawGraph, type Goal, type SubscriptionPlan } from "./graph.ts";
import { addressOf, type Role } from "./subscribers.ts";
import type { World } from "./world.ts";

/** Pause before a push that was not acknowledged is made again, milliseconds. */
const AGAIN_MS = 1_500;
const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];
/** What the channels of a run keep, milliseconds: from what a storm lives through to what the product keeps by itself. */
const RETENTIONS_MS = [5 * MINUTE_MS, HOUR_MS, 24 * HOUR_MS] as const;
const PARKED_RETENTIONS_MS = [3 * MINUTE_MS, HOUR_MS, 14 * 24 * HOUR_MS] as const;
const DEDUP_MS = [5 * MINUTE_MS, HOUR_MS] as const;

type Wish =
  | { readonly kind: "there"; readonly configuration: ChannelConfiguration }
  | { readonly kind: "gone"; readonly uid: string; readonly version: number };

export class ControlPlane {
  readonly plans: readonly ChannelPlan[];
  readonly #world: World;
  readonly #wishes = new Map<ChannelName, Wish>();
  readonly #retentions: Pick<ChannelConfiguration, "retentionMs" | "parkedRetentionMs">;
  #versions = 0;
  #uids = 0;

  constructor(world: World) {
    this.#world = world;
    this.#retentions = {
      retentionMs: world.random.pick(RETENTIONS_MS),
      parkedRetentionMs: world.random.pick(PARKED_RETENTIONS_MS),
    };
    this.plans = world.flowTree === undefined ? drawGraph(world.random) : plansOf(world.flowTree);
  }

  nameOf(plan: ChannelPlan): string {
    return `sim/${plan.kind}/${plan.name}`;
  }

  /** The configuration that people want now. */
  wanted(name: ChannelName): ChannelConfiguration | undefined {
    const wish = this.#wishes.get(name);
    return wish?.kind === "there" ? wish.configuration : undefined;
  }

  create(name: ChannelName, index: number): void {
    const { random } = this.#world;
    const plan = this.plans[index];
    if (plan === undefined) return;
    const subscriptions = plan.subscriptions.map((each) => this.subscription(plan, each));
    const dedup = random.perMille(150) ? { dedupMs: random.pick(DEDUP_MS) } : {};
    const configuration = {
      uid: `uid${++this.#uids}`,
      ...this.#retentions,
      ingress: { kind: "tokens", digests: [PRODUCER] } as const,
    };
    this.want(name, { ...configuration, ...dedup, subscriptions });
  }

  want(name: ChannelName, wanted: Omit<ChannelConfiguration, "version" | "hash">): void {
    const version = ++this.#versions;
    const configuration = { ...wanted, version, hash: String(version) };
    this.#world.ledger.pushed.set(`${name} ${version}`, configuration);
    this.#wishes.set(name, { kind: "there", configuration });
    this.#world.trace.note("wanted", name, version);
    this.#push(name);
  }

  remove(name: ChannelName): void {
    const wish = this.#wishes.get(name);
    if (wish?.kind !== "there") return;
    const version = ++this.#versions;
    this.#wishes.set(name, { kind: "gone", uid: wish.configuration.uid, version });
    this.#world.trace.note("removed", name, version);
    this.#push(name);
  }

  /** Takes the channel out of its flow: it goes when all is settled, and comes again later. */
  drain(name: ChannelName, index: number): void {
    const before = this.wanted(name);
    if (before === undefined || before.draining) return;
    this.want(name, {
      ...before,
      draining: true,
      subscriptions: before.subscriptions.map((each) => ({ ...each, paused: false })),
    });
    this.#retire(name, index);
  }

  #retire(name: ChannelName, index: number): void {
    const { clock, ledger, random } = this.#world;
    const wanted = this.wanted(name);
    if (!wanted?.draining) return;
    const again = (): void => void clock.schedule(AGAIN_MS, () => this.#retire(name, index));
    const asked = this.#call(name, (object) =>
      object.call((host) => ledger.retires(object, wanted.uid, () => host.retire(wanted.uid, wanted.version))),
    );
    asked.then(({ kind }) => {
      if (kind !== "retired") return again();
      // People may have deleted it meanwhile.
      if (this.wanted(name)?.uid !== wanted.uid) return;
      this.#wishes.set(name, { kind: "gone", uid: wanted.uid, version: ++this.#versions });
      clock.schedule(random.between(0, 3_000), () => this.create(name, index));
    }, again);
  }

  /** A push of long ago arrives now. */
  pushLate(name: ChannelName): void {
    const [...old] = this.#world.ledger.pushed;
    const [key, configuration] = this.#world.random.pick(old);
    if (!key.startsWith(`${name} `)) return;
    this.#call(name, (object) => object.call((host) => host.configure(configuration))).catch(() => {});
  }

  subscription(plan: ChannelPlan, each: SubscriptionPlan): SubscriptionConfiguration {
    const { random, subscribers } = this.#world;
    const uid = `${plan.name}-${each.name}-${++this.#uids}`;
    const target = (goal: Goal, role: Role): SubscriptionConfiguration["subscriber"] => {
      if (goal === "address") return { kind: "url", url: addressOf(role, uid) };
      if ("url" in goal) return { kind: "url", url: goal.url };
      const object = this.#world.objects[goal.channel];
      if (object === undefined) throw new Error("a graph names its own channels");
      return { kind: "channel", name: object.name, url: `http://sluice.example/${object.name}` };
    };
    const subscriber = target(each.subscriber, "subscriber");
    if (each.replies && subscriber.kind === "url") subscribers.replying.set(subscriber.url, each.replies);
    const reply = replyOf(plan, each.replyTo === undefined ? undefined : target(each.replyTo, "reply"));
    if (reply.kind === "target" && reply.target.kind === "channel") {
      this.#world.ledger.replyTargets.set(uid, reply.target.name);
    }
    const policy = random.pick([
      { backoffPolicy: "linear" as const, backoffDelayMs: 200 },
      {},
      { backoffPolicy: "exponential" as const, backoffDelayMs: 500 },
    ]);
    return {
      uid,
      namespace: "sim",
      name: each.name,
      filter:
        each.type === undefined ? { kind: "everything" } : { kind: "attributes", attributes: { type: each.type } },
      subscriber,
      reply,
      delivery: {
        ...policy,
        retry: random.below(4),
        backoffMaxMs: 10_000,
        timeoutMs: random.pick([1_000, 3_000, 3_000, 10_000]),
        retryAfterMaxMs: 20_000,
        format: random.perMille(150) ? "json" : "binary",
        ...(each.deadLetters === undefined ? {} : { deadLetterSink: target(each.deadLetters, "sink") }),
      },
      ordering: each.isOrdered ? "ordered" : "unordered",
      ...(each.maxConcurrency === undefined ? {} : { maxConcurrency: each.maxConcurrency }),
      ...(each.ratePerSecond === undefined ? {} : { ratePerSecond: each.ratePerSecond }),
      breakerFailures: random.pick([3, 20]),
      startFrom: { kind: random.perMille(300) ? "earliest" : "latest" },
    };
  }

  #push(name: ChannelName): void {
    const wish = this.#wishes.get(name);
    if (wish === undefined) return;
    const again = (): void => {
      if (this.#wishes.get(name) === wish) this.#world.clock.schedule(AGAIN_MS, () => this.#push(name));
    };
    if (wish.kind === "gone") {
      this.#call(name, (object) => object.call((host) => host.remove(wish.uid, wish.version))).catch(again);
      return;
    }
    const { configuration } = wish;
    const push = this.#call(name, (object) => object.call((host) => host.configure(configuration)));
    push.then((stored) => {
      if (stored.version < configuration.version || stored.uid !== configuration.uid) again();
    }, again);
  }

  #call<T>(name: ChannelName, work: (object: ChannelObject) => Promise<T>): Promise<T> {
    return this.#world.network.call(() => work(this.#world.object(name)));
  }
}

function replyOf({ kind }: ChannelPlan, target: Target | undefined): ReplyGoal {
  if (target !== undefined) return { kind: "target", target };
  return kind === "broker" ? { kind: "channel-itself" } : { kind: "none" };
}

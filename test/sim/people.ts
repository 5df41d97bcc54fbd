/** What people do to channels: other configurations, deletion and creation again, and the verbs of the operator API. */
import type { ChannelName } from "../../src/core/channel-name.ts";
import type { StartFrom, SubscriptionConfiguration } from "../../src/core/channel-protocol.ts";
import type { OperatorRequest } from "../../src/core/operator-protocol.ts";
import { BROKEN_FILTERS, isBroken } from "./broken-filters.ts";
import type { ChannelObject } from "./channel-object.ts";
import { redriveAsked } from "./redrives.ts";
import { addressOf, type Role, TEMPERS } from "./subscribers.ts";
import type { World } from "./world.ts";

/** Posts before a channel is changed and removed at once, and the time until it is removed, milliseconds. */
const BUSTLE = 8;
const BUSTLE_MS = 60;

/** What makes a bad neighbour. */
const AILMENTS = ["hanging", "hanging", "hanging", "failing", "slow", "resetting", "lagging"] as const;
/** A subscription that lags is paused for up to this, milliseconds: most of a storm. */
const LAG_MS = 60_000;

/** Who takes a filter back does so within this, milliseconds: sooner than most subscribers have caught up. */
const REGRET_MS = 5_000;

/** Subscribers mostly. */
const ROLES: readonly Role[] = ["subscriber", "subscriber", "subscriber", "reply", "sink"];

type Filter = SubscriptionConfiguration["filter"];

export class People {
  /** Channels that people did something to. */
  readonly touched = new Set<ChannelName>();
  /** Addresses of subscribers that trouble their neighbours. */
  readonly ailing = new Set<string>();
  /** Subscription -> the filter that it had before a broken one. */
  readonly #sound = new Map<string, Filter>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  act(): void {
    const { random } = this.#world;
    const { name } = random.pick(this.#world.objects);
    const dice = random.below(100);
    this.touched.add(name);
    if (dice < 45) this.#reconfigure(name);
    else if (dice < 52) this.#world.controlPlane.pushLate(name);
    else if (dice < 56) this.#createAgain(name);
    else if (dice < 60) this.#drain(name);
    else this.#operate(name);
  }

  /** A subscriber's mood changes; nobody asked for it. */
  changeTemper(): void {
    const { random, subscribers, trace } = this.#world;
    const { name } = random.pick(this.#world.objects);
    const subscriptions = this.#world.controlPlane.wanted(name)?.subscriptions ?? [];
    if (subscriptions.length === 0) return;
    const subscription = random.pick(subscriptions);
    const address = addressIn(subscription, random.pick(ROLES));
    const temper = random.pick(TEMPERS);
    trace.note("temper", address, temper);
    subscribers.tempers.set(address, temper);
  }

  /** A subscriber of each channel goes bad, and stays so; what it misses while it lags comes back all at once. */
  spoilNeighbours(): void {
    const { random, subscribers, controlPlane, objects, trace } = this.#world;
    for (const { name } of objects) {
      const subscriptions = controlPlane.wanted(name)?.subscriptions ?? [];
      const called = subscriptions.flatMap(({ uid, subscriber }) =>
        subscriber.kind === "url" ? [{ uid, address: subscriber.url }] : [],
      );
      if (called.length === 0) continue;
      const { uid, address } = random.pick(called);
      const ailment = random.pick(AILMENTS);
      trace.note("temper", address, ailment);
      this.ailing.add(address);
      if (ailment === "lagging") this.#lag(name, uid);
      else subscribers.tempers.set(address, ailment);
    }
  }

  /** Paused for a while: then it is as far behind as what has come meanwhile. */
  #lag(name: ChannelName, uid: string): void {
    const { clock, random } = this.#world;
    this.#change(name, uid, { paused: true });
    clock.schedule(random.between(1_000, LAG_MS), () => this.#change(name, uid, { paused: false }));
  }

  #change(name: ChannelName, uid: string, change: Partial<SubscriptionConfiguration>): void {
    const { controlPlane } = this.#world;
    const before = controlPlane.wanted(name);
    // A channel that drains may be gone before this comes, and a uid never comes back.
    if (before === undefined || before.draining) return;
    const subscriptions = before.subscriptions.map((each) => (each.uid === uid ? { ...each, ...change } : each));
    controlPlane.want(name, { ...before, subscriptions });
  }

  #reconfigure(name: ChannelName): void {
    const { random, controlPlane } = this.#world;
    const before = controlPlane.wanted(name);
    // As in `#change`.
    if (before === undefined || before.draining || before.subscriptions.length === 0) return;
    const chosen = random.pick(before.subscriptions);
    const changed = this.#changed(name, chosen);
    const subscriptions = before.subscriptions.flatMap((each) => (each === chosen ? changed : [each]));
    controlPlane.want(name, { ...before, subscriptions });
  }

  #changed(name: ChannelName, before: SubscriptionConfiguration): SubscriptionConfiguration[] {
    const { random } = this.#world;
    const { maxConcurrency: _, ratePerSecond: __, ...rest } = before;
    if (isBroken(before.filter)) return [this.mended(before)];
    switch (random.below(9)) {
      case 0:
        return [this.#filtered(name, before)];
      case 1:
        return [{ ...before, ordering: before.ordering === "ordered" ? "unordered" : "ordered" }];
      case 2:
        return [{ ...before, delivery: this.#otherPolicy(before) }];
      case 3:
      case 4:
        return [{ ...before, paused: !before.paused }];
      case 5:
        return [{ ...rest, maxConcurrency: random.between(1, 3), breakerFailures: random.pick([2, 5, 20]) }];
      case 6:
        return [{ ...rest, ratePerSecond: random.pick([5, 50]) }];
      case 7:
        return [this.#broken(before)];
      default:
        return this.#replaced(name, before);
    }
  }

  /** With another filter, which half of the people take back while what came before it is still waiting. */
  #filtered(name: ChannelName, before: SubscriptionConfiguration): SubscriptionConfiguration {
    const { clock, random } = this.#world;
    const filter = random.pick([{ kind: "everything" }, typeIs("a"), expressionOfType("b")] as const);
    if (random.perMille(500)) {
      clock.schedule(random.between(10, REGRET_MS), () => this.#takeBack(name, before, filter));
    }
    return { ...before, filter };
  }

  /** Unless somebody else has changed the filter meanwhile. */
  #takeBack(name: ChannelName, { uid, filter: old }: SubscriptionConfiguration, filter: Filter): void {
    const now = this.#world.controlPlane.wanted(name)?.subscriptions.find((each) => each.uid === uid);
    if (JSON.stringify(now?.filter) === JSON.stringify(filter)) this.#change(name, uid, { filter: old });
  }

  /** The control plane pauses whose filter cannot be used; a channel may have one from before the control plane knew. */
  #broken(before: SubscriptionConfiguration): SubscriptionConfiguration {
    const { random } = this.#world;
    this.#sound.set(before.uid, before.filter);
    const paused = random.perMille(750) ? { paused: true } : {};
    return { ...before, filter: random.pick(BROKEN_FILTERS), ...paused };
  }

  /** With the filter that it had before it was broken, which lets what has waited go on. */
  mended(broken: SubscriptionConfiguration): SubscriptionConfiguration {
    const filter = this.#sound.get(broken.uid) ?? ({ kind: "everything" } as const);
    return { ...broken, filter, paused: false };
  }

  #otherPolicy({ uid, delivery }: SubscriptionConfiguration): SubscriptionConfiguration["delivery"] {
    const { random } = this.#world;
    const { deadLetterSink: _, ...policy } = delivery;
    const sink = random.perMille(500) ? { deadLetterSink: { kind: "url" as const, url: addressOf("sink", uid) } } : {};
    return { ...policy, retry: random.below(4), timeoutMs: random.pick([1_000, 3_000]), ...sink };
  }

  /** Deleted, or deleted and created again: another uid, another subscription. */
  #replaced(name: ChannelName, before: SubscriptionConfiguration): SubscriptionConfiguration[] {
    const { random, controlPlane } = this.#world;
    const plan = controlPlane.plans.find((each) => controlPlane.nameOf(each) === name);
    const again = plan?.subscriptions.find((each) => each.name === before.name);
    if (plan === undefined || again === undefined || random.perMille(200)) return [];
    return [controlPlane.subscription(plan, again)];
  }

  #createAgain(name: ChannelName): void {
    const { clock, random, controlPlane, objects, producers } = this.#world;
    const index = objects.findIndex((object) => object.name === name);
    if (random.perMille(500)) {
      // The push of a last change may still wait for a commit when the removal comes.
      for (let count = BUSTLE; count > 0; count--) producers.post();
      this.#reconfigure(name);
    }
    clock.schedule(random.below(BUSTLE_MS), () => {
      controlPlane.remove(name);
      clock.schedule(random.between(0, 3_000), () => controlPlane.create(name, index));
    });
  }

  #drain(name: ChannelName): void {
    const { controlPlane, objects } = this.#world;
    controlPlane.drain(
      name,
      objects.findIndex((object) => object.name === name),
    );
  }

  #operate(name: ChannelName): void {
    const { random, network, trace } = this.#world;
    const subscriptions = this.#world.controlPlane.wanted(name)?.subscriptions ?? [];
    if (subscriptions.length === 0) return;
    const { uid } = random.pick(subscriptions);
    const object = this.#world.object(name);
    const request = this.#request(name, uid);
    trace.note("operate", uid, request.verb);
    const call = network.call(() =>
      object.call((host) => {
        const acted = this.#excuse(object, uid, request);
        return host.operate(request).finally(acted);
      }),
    );
    call.catch(() => {});
  }

  /** Tells the ledger what a request may change, as it goes to its channel; again, by what is returned, when it was answered. */
  #excuse(object: ChannelObject, uid: string, request: OperatorRequest): () => void {
    const { ledger } = this.#world;
    if (!("dryRun" in request) || request.dryRun) return () => {};
    if (request.verb === "redrive") return redriveAsked(ledger.record(object), uid, request.selector.ids);
    if (request.verb !== "skip") return () => {};
    return ledger.skipAsked(object, uid, seqOf(request.to));
  }

  #request(name: ChannelName, uid: string): OperatorRequest {
    const { random } = this.#world;
    const dryRun = random.perMille(100);
    switch (random.below(6)) {
      case 0:
      case 1:
        return { verb: "redrive", selector: { subscription: uid, ...this.#one(name, uid) }, dryRun };
      case 2:
        return { verb: "discard", selector: { subscription: uid }, dryRun };
      case 3:
        return { verb: "skip", subscription: uid, to: this.#place(name), dryRun };
      case 4:
        return { verb: "replay", subscription: uid, to: this.#place(name), dryRun };
      default:
        return random.pick([
          { verb: "stats" },
          { verb: "log", limit: 20 },
          { verb: "deliveries", selector: {}, limit: 20 },
        ] as const);
    }
  }

  /** One of what is parked, every other time. */
  #one(name: ChannelName, uid: string): { readonly ids?: readonly string[] } {
    const { random, ledger } = this.#world;
    const parked = ledger.record(this.#world.object(name)).parked(uid);
    return parked.length > 0 && random.perMille(500) ? { ids: [String(random.pick(parked).id)] } : {};
  }

  #place(name: ChannelName): StartFrom {
    const { random, ledger, clock } = this.#world;
    const head = ledger.record(this.#world.object(name)).head;
    return random.pick([
      { kind: "position", position: `0-${(1 + random.below(head)).toString(36)}` },
      { kind: "earliest" },
      { kind: "latest" },
      { kind: "time", timeMs: clock.nowMs - random.below(60_000) },
    ] as const);
  }
}

/** Where it is at most: times and the newest end are for the channel to find; nothing is before the oldest. */
function seqOf(place: StartFrom): number {
  if (place.kind === "earliest") return 0;
  return place.kind === "position" ? Number.parseInt(place.position.slice(2), 36) : Number.POSITIVE_INFINITY;
}

/** Of an address that it does not have, the one that it may be given. */
function addressIn({ uid, subscriber, reply, delivery }: SubscriptionConfiguration, role: Role): string {
  const target = {
    subscriber,
    reply: reply.kind === "target" ? reply.target : undefined,
    sink: delivery.deadLetterSink,
  }[role];
  return target?.kind === "url" ? target.url : addressOf(role, uid);
}

function typeIs(type: string) {
  return { kind: "attributes", attributes: { type } } as const;
}

function expressionOfType(type: string) {
  return { kind: "filters", filters: [{ kind: "cesql", expression: `type = '${type}'` }] } as const;
}

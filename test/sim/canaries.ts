/** Bugs that the simulator must find: a text of a product module, and what is loaded in its place. */
import { INVARIANT_CANARIES } from "./invariant-canaries.ts";
import { PEOPLE_CANARIES } from "./people-canaries.ts";
import { WEATHER_CANARIES } from "./weather-canaries.ts";

export interface Canary {
  readonly name: string;
  /** What would be wrong. */
  readonly bug: string;
  readonly file: string;
  readonly original: string;
  readonly replacement: string;
  /** The invariants one of which it violates; where it is one alone, that invariant is known to be able to fail. */
  readonly violates: readonly string[];
  /** Where to begin to look for what few seeds show; else with the first. */
  readonly firstSeed?: number;
}

export const CANARIES: readonly Canary[] = [
  {
    name: "early-202",
    bug: "producers are answered before the commit",
    file: "src/channel/append-buffer.ts",
    original: "    this.#calls.push(call);\n",
    replacement: "    this.#calls.push(call);\n    call.accepted(1);\n",
    violates: ["durable", "hand-overs"],
  },
  {
    name: "position-past-straggler",
    bug: "a delivery that failed is not written down, and the position moves past it",
    file: "src/channel/outcomes.ts",
    original: "  changes.putStraggler(stragglerRow(straggler, false), { urgent: true });\n",
    replacement: "",
    violates: ["nothing lost"],
  },
  {
    name: "reply-twice",
    bug: "a reply is appended twice",
    file: "src/channel/replies.ts",
    original: "  state.buffer.add({\n",
    replacement:
      "  state.buffer.add({ events: [{ bytes: encodeEvent({ head, data: reply.data }), keys: [] }], accepted: () => {}, refused: () => {} });\n  state.buffer.add({\n",
    violates: ["replies are exact"],
  },
  {
    name: "late-failure-counts",
    bug: "the failure of an attempt whose lease ran out ends the attempt given out after it",
    file: "src/channel/outcomes.ts",
    original: "lease === undefined || lease.number !== token.lease",
    replacement: "lease === undefined",
    violates: ["no needless duplicates"],
    firstSeed: 220,
  },
  {
    name: "endless-lease",
    bug: "a lease never runs out",
    file: "src/channel/alarm.ts",
    original: "if (lease.expiresAtMs <= context.nowMs) expire(",
    replacement: "if (lease.expiresAtMs < 0) expire(",
    violates: ["bounded"],
  },
  {
    name: "early-retention",
    bug: "a segment goes although a subscription has not settled it",
    file: "src/channel/retention.ts",
    original: "if (end > needed) return",
    replacement: "if (end > log.head) return",
    violates: ["monotonic"],
  },
  {
    name: "filter-matches-all",
    bug: "an attribute filter passes every event",
    file: "src/core/filters/attribute-clause.ts",
    original: "if (value === undefined || !holds(value, text)) return false;",
    replacement: "",
    violates: ["filters"],
  },
  {
    name: "unwatched-append",
    bug: "an append to an idle channel arms no alarm, so that a crash before its wake-up leaves it",
    file: "src/channel/alarm.ts",
    original: "if (appends && state.subscriptions.size > 0)",
    replacement: "if (appends && state.subscriptions.size < 0)",
    violates: ["work is watched"],
  },
  {
    name: "paced-for-ever",
    bug: "events that came during a commit of a busy channel wait for the next append, not for their pace",
    file: "src/channel/commit.ts",
    original: "    if (!buffer.isEmpty) this.#paced();\n",
    replacement: "",
    violates: ["prompt appends"],
  },
  {
    name: "strangers-stored",
    bug: "what a stranger posts is stored with what its neighbours in the group post",
    file: "src/channel/intake.ts",
    original: "boolean => !refused.has(index);",
    replacement: "boolean => index >= 0;",
    violates: ["strangers"],
  },
  {
    name: "configured-after-stop",
    bug: "a push that waited for a commit writes although the channel was removed meanwhile",
    file: "src/channel/channel.ts",
    original: "    if (this.#isStopped) return answerFor(",
    replacement: "    if (this.#isStopped && false) return answerFor(",
    violates: ["late pushes"],
    firstSeed: 1_770,
  },
  {
    name: "unwatched-deadline",
    bug: "only a request that can be hung up watches the deadline of a group",
    file: "src/ingress/coalesce.ts",
    original:
      "    this.#lead(name, group, ports).then(group.settle);\n    ports.waitUntil(this.#watch(name, group, ports));\n",
    replacement: "    ports.waitUntil(this.#lead(name, group, ports).then(group.settle));\n",
    violates: ["answered in time"],
  },
  {
    name: "shared-duplicate",
    bug: "every member of a group is told what its first member is",
    file: "src/ingress/coalesce.ts",
    original: "const own = answer.calls[index];",
    replacement: "const own = answer.calls[0];",
    violates: ["durable", "strangers"],
  },
  {
    name: "outcomes-not-given-back",
    bug: "outcomes whose report failed are forgotten",
    file: "src/courier/reports.ts",
    original: "      this.giveBack(settlements);\n",
    replacement: "",
    violates: ["reported again"],
  },
  {
    name: "lease-keeps-outcomes",
    bug: "outcomes whose lease call failed are forgotten",
    file: "src/courier/lane-run.ts",
    original: "      this.#reports.giveBack(settlements);\n",
    replacement: "",
    violates: ["reported again"],
  },
  {
    name: "hand-over-without-seq",
    bug: "all events that a subscription hands over have one key",
    file: "src/core/idempotency.ts",
    original: "parts.seq",
    replacement: '"any"',
    violates: ["hand-overs"],
  },
  {
    name: "reply-passed-on-twice",
    bug: "each attempt to pass a reply on has a key of its own",
    file: "src/courier/hand-over.ts",
    original: "seq, kind: purpose });",
    replacement: 'seq, kind: purpose }) + (purpose === "reply" ? ":".concat(Math.random(), ":reply") : "");',
    violates: ["hand-overs"],
  },
  {
    name: "reply-not-passed-on",
    bug: "a delivery whose reply could not be passed on is reported as if it had been",
    file: "src/courier/pass-on-reply.ts",
    original: "return { ...answered, reply: encodeEvent(reply), replyFailure: passedOn };",
    replacement: "return { ...answered, replied: true };",
    violates: ["hand-overs", "taken"],
  },
  {
    name: "reply-lost-at-restart",
    bug: "a restart forgets that a delivery holds its reply, and calls the subscriber again",
    file: "src/channel/straggler.ts",
    original: "const holdsReply = row.holds_reply === 1;",
    replacement: "const holdsReply = false;",
    violates: ["flows"],
  },
  {
    name: "key-freed-by-answer",
    bug: "an ordered subscription goes on while the reply to its last event has not got through",
    file: "src/channel/straggle.ts",
    original: "  if (orderingKey !== undefined) subscription.ready.hold(orderingKey, seq);\n",
    replacement: "",
    violates: ["order"],
    firstSeed: 4_620,
  },
  {
    name: "blames-subscriber",
    bug: "the dead letter of an event whose reply failed names the subscriber",
    file: "src/channel/outcomes.ts",
    original: "purposeOf(straggler.state)).url",
    replacement: '"deliver").url',
    violates: ["flows"],
  },
  {
    name: "retired-early",
    bug: "a channel that drains goes although deliveries of it have not ended",
    file: "src/channel/host.ts",
    original: "left.unsettled + left.parked > 0",
    replacement: "left.parked > 0",
    violates: ["drained"],
  },
  {
    name: "retired-in-name",
    bug: "a channel that drains says that it is gone, and stays",
    file: "src/channel/host.ts",
    original: '      await this.#remove(stored, uid, version);\n      return { kind: "retired" };',
    replacement: '      return { kind: "retired" };',
    violates: ["drained"],
  },
  {
    name: "dead-letter-past-filter",
    bug: "a changed filter lets go on to the dead letter sink what its subscriber has not taken",
    file: "src/channel/rejected.ts",
    original: "    straggler.isRejected = !straggler.holdsReply &&",
    replacement: '    straggler.isRejected = !straggler.holdsReply && straggler.state !== "dead-lettering" &&',
    violates: ["filters"],
    firstSeed: 520,
  },
  {
    name: "rejected-again",
    bug: "what was out when its filter changed is tried again although that rejects it",
    file: "src/channel/rejected.ts",
    original: "    const isOut = subscription.leases.has(straggler.seq);\n",
    replacement:
      "    const isOut = subscription.leases.has(straggler.seq);\n    if (isOut) straggler.isRejected = false;\n",
    violates: ["filters"],
    firstSeed: 305,
  },
  {
    name: "step-skipped",
    bug: "the answer of a Sequence's first step goes past the second, where there is a third",
    file: "src/flows/sequence.ts",
    original: "index + 1 < steps.length ? channelAt(index + 1) : undefined",
    replacement: "index + 1 < steps.length ? channelAt(Math.min(index + 2, steps.length - 1)) : undefined",
    violates: ["nested flows"],
  },
  {
    name: "reply-of-all-first",
    bug: "the reply of a Parallel goes before that of a branch",
    file: "src/flows/parallel.ts",
    original: "branch.reply ?? replyOfAll",
    replacement: "replyOfAll ?? branch.reply",
    violates: ["nested flows"],
  },
  ...INVARIANT_CANARIES,
  ...PEOPLE_CANARIES,
  ...WEATHER_CANARIES,
];

/**
 * Asks Brokers and channels which types of events came, where Knative's flag `eventtype-auto-create` is on, so that EventTypes appear
 * for them:
 *
 *   log of a channel, from where it was read to ─▶ types that came ─▶ EventTypes that are not there yet (`create-event-types.ts`)
 *
 * The longer nothing new came, the less often a channel is asked. Producers and couriers have nothing to do with any of it.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import type { OperatorAnswer, OperatorRequest } from "../../core/operator-protocol.ts";
import type { SeenTypes } from "../../core/seen-types.ts";
import { addresseeResource } from "../compile/channel-place.ts";
import { logError } from "../log-error.ts";
import type { KnownChannel } from "../store/known-channels.ts";
import { createEventTypes, type EventTypePorts } from "./create-event-types.ts";
import { isEnabled } from "./feature-flags.ts";
import { inGroups } from "./in-groups.ts";
import { Patience } from "./patience.ts";

export interface TypeQuestionPorts extends EventTypePorts {
  /** Must end within a bounded time, by failing if need be. */
  readonly operate: (name: ChannelName, request: OperatorRequest) => Promise<OperatorAnswer>;
}

const FIRST_PAUSE_MS = 1_000;
/** Of a channel where nothing new comes; a new type waits so long for its EventType, longer only where much came before it. */
const LONGEST_PAUSE_MS = 30_000;
/** Of a channel that does not answer: the passes of the reconciler wait for it each time. */
const LONGEST_PAUSE_UNREACHABLE_MS = 300_000;
/** In a row, of one channel. */
const MOST_ANSWERS = 10;
/** After so long the questions that are left are for the next pass: this one has other things to do. */
const LONGEST_ROUND_MS = 5_000;

/** When a channel is asked next. */
interface Look {
  readonly dueAtMs: number;
  readonly pauseMs: number;
}

type Found = "unreachable" | "nothing-new" | "something-new";

export class TypeQuestions {
  readonly #ports: TypeQuestionPorts;
  readonly #looks = new Map<ChannelName, Look>();

  constructor(ports: TypeQuestionPorts) {
    this.#ports = ports;
  }

  async whenDue(): Promise<void> {
    const { now } = this.#ports;
    const untilMs = now() + LONGEST_ROUND_MS;
    const patience = new Patience(now);
    await inGroups(this.#due(), async (channel) => {
      // It stays due, and comes first the next time.
      if (now() >= untilMs || !patience.isLeft(channel.namespace)) return;
      const look = () => this.#lookOrLog(channel, untilMs);
      const found = await patience.spend(channel.namespace, look, (answer) => answer === "unreachable");
      this.#plan(channel.name, found);
    });
  }

  /** Undefined while the flag is off. */
  nextDueMs(): number | undefined {
    const due = [...this.#looks.values()].map(({ dueAtMs }) => dueAtMs);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** Who has waited longest comes first, and namespaces by turns: channels that hang must not take the turn of the others. */
  #due(): readonly KnownChannel[] {
    const nowMs = this.#ports.now();
    const described = this.#described();
    const names = new Set(described.map(({ name }) => name));
    for (const name of this.#looks.keys()) if (!names.has(name)) this.#looks.delete(name);
    const due = described.map((channel) => {
      const look = this.#looks.get(channel.name) ?? { dueAtMs: nowMs, pauseMs: FIRST_PAUSE_MS / 2 };
      this.#looks.set(channel.name, look);
      return { channel, ...look };
    });
    const sorted = due.filter(({ dueAtMs }) => dueAtMs <= nowMs).sort((one, other) => one.dueAtMs - other.dueAtMs);
    return byTurns(sorted.map(({ channel }) => channel));
  }

  /** Those that have been configured, and not in vain since. */
  #described(): readonly KnownChannel[] {
    const { store, channels } = this.#ports;
    if (!isEnabled("eventtype-auto-create", store)) return [];
    const isReachable = ({ removing, acknowledged, failure }: KnownChannel) =>
      !removing && acknowledged !== undefined && failure === undefined;
    return channels.all().filter((channel) => isReachable(channel) && addresseeResource(channel.name) !== undefined);
  }

  #plan(name: ChannelName, found: Found): void {
    const longestMs = found === "unreachable" ? LONGEST_PAUSE_UNREACHABLE_MS : LONGEST_PAUSE_MS;
    const before = this.#looks.get(name)?.pauseMs ?? FIRST_PAUSE_MS / 2;
    const pauseMs = found === "something-new" ? FIRST_PAUSE_MS : Math.min(2 * before, longestMs);
    this.#looks.set(name, { dueAtMs: this.#ports.now() + pauseMs, pauseMs });
  }

  /** What goes wrong with one channel must not end the pass. */
  async #lookOrLog(channel: KnownChannel, untilMs: number): Promise<Found> {
    try {
      return await this.#look(channel, untilMs);
    } catch (error) {
      logError(this.#ports, error, { namespace: channel.namespace });
      return "unreachable";
    }
  }

  async #look(channel: KnownChannel, untilMs: number): Promise<Found> {
    const { channels, now } = this.#ports;
    let total = 0;
    for (let answers = 1; ; answers++) {
      const from = channels.typesReadTo(channel);
      const seen = await this.#ask(channel.name, from);
      if (seen === "unreachable") return seen;
      if (seen === undefined || seen.next === from) return total > 0 ? "something-new" : "nothing-new";
      const { created, refused } = await createEventTypes(channel, seen, this.#ports);
      total += created;
      // Where its owner is going, or there is no room, to read on at once leads nowhere.
      const isOver = channels.typesReadTo(channel) !== seen.next || (refused > 0 && total === 0);
      if (isOver) return "nothing-new";
      if (!seen.more || answers === MOST_ANSWERS || now() >= untilMs) {
        return seen.more || total > 0 ? "something-new" : "nothing-new";
      }
    }
  }

  /** Undefined where the channel is not configured yet, or of a version that does not know the verb. */
  async #ask(name: ChannelName, from: string | undefined): Promise<SeenTypes | "unreachable" | undefined> {
    try {
      const request = { verb: "seen-types", ...(from === undefined ? {} : { from }) } as const;
      const answer = await this.#ports.operate(name, request);
      return answer.kind === "seen-types" ? answer.seen : undefined;
    } catch {
      return "unreachable";
    }
  }
}

/** The first of each namespace, then the second of each, and so on. */
function byTurns(channels: readonly KnownChannel[]): readonly KnownChannel[] {
  const taken = new Map<string, number>();
  const placed = channels.map((channel) => {
    const turn = taken.get(channel.namespace) ?? 0;
    taken.set(channel.namespace, turn + 1);
    return { channel, turn };
  });
  return placed.sort((one, other) => one.turn - other.turn).map(({ channel }) => channel);
}

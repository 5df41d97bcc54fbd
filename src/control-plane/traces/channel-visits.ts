/** The calls to channels that one trace makes: bounded, a few at once, and whatever gives no answer is written down. */
import type { ChannelName } from "../../core/channel-name.ts";
import { errorText } from "../../core/error-text.ts";
import type { OperatorAnswer, OperatorRequest } from "../../core/operator-protocol.ts";
import type { Sought, TracedEvent } from "../../core/trace.ts";

/** One trace keeps this many channels from their work at a time. */
const CALLS_AT_ONCE = 6;
/** Of one trace; on Cloudflare a request may make 1,000 calls. */
const MOST_CALLS = 300;

/** Each costs the time that a call may take; with so many the rest is not waited for. */
const MOST_UNREACHABLE = 12;

export interface VisitPorts {
  readonly operate: (channel: ChannelName, request: OperatorRequest) => Promise<OperatorAnswer>;
}

export interface Question {
  readonly channel: ChannelName;
  readonly sought: Sought;
}

export interface Found {
  readonly channel: ChannelName;
  readonly event: TracedEvent;
}

export interface Unread {
  readonly channel: ChannelName;
  /** `outdated`: the object runs a version that does not know traces. */
  readonly kind: "unreachable" | "outdated";
  readonly reason: string;
}

export class ChannelVisits {
  readonly read = { events: 0, bytes: 0 };
  readonly limits: string[] = [];
  readonly #unread = new Map<ChannelName, Unread>();
  readonly #ports: VisitPorts;
  #calls = 0;

  constructor(ports: VisitPorts) {
    this.#ports = ports;
  }

  get unread(): readonly Unread[] {
    return [...this.#unread.values()];
  }

  /** A channel that has once given no answer is not waited for again. */
  async ask(questions: readonly Question[]): Promise<readonly Found[]> {
    const answering = questions.filter(({ channel }) => !this.#unread.has(channel));
    const allowed = answering.slice(0, MOST_CALLS - this.#calls);
    this.#calls += allowed.length;
    if (allowed.length < answering.length) this.limits.push(`only ${MOST_CALLS} calls to channels were made`);
    const found: Found[] = [];
    for (let start = 0; start < allowed.length; start += CALLS_AT_ONCE) {
      if (this.#unreachable() >= MOST_UNREACHABLE) {
        this.limits.push(`${allowed.length - start} channels were not asked, because too many gave no answer`);
        break;
      }
      const answers = await Promise.all(allowed.slice(start, start + CALLS_AT_ONCE).map((each) => this.#askOne(each)));
      found.push(...answers.flat());
    }
    return found;
  }

  #unreachable(): number {
    return this.unread.filter(({ kind }) => kind === "unreachable").length;
  }

  async #askOne({ channel, sought }: Question): Promise<readonly Found[]> {
    let answer: OperatorAnswer;
    try {
      answer = await this.#ports.operate(channel, { verb: "trace", sought });
    } catch (error) {
      this.#unread.set(channel, { channel, kind: "unreachable", reason: errorText(error) });
      return [];
    }
    return this.#foundIn(channel, answer);
  }

  #foundIn(channel: ChannelName, answer: OperatorAnswer): readonly Found[] {
    switch (answer.kind) {
      case "traced": {
        const { events, read, limits } = answer.trace;
        this.read.events += read.events;
        this.read.bytes += read.bytes;
        this.limits.push(...limits.map((limit) => `${channel}: ${limit}`));
        return events.map((event) => ({ channel, event }));
      }
      case "not-found":
        // It is not configured yet, or not any more: no event is in it.
        return [];
      case "ok":
      case "seen-types":
      case "invalid":
        return this.#outdated(channel);
      default:
        answer satisfies never;
        return this.#outdated(channel);
    }
  }

  /** A channel of an earlier version answers a verb that it does not know with anything. */
  #outdated(channel: ChannelName): readonly Found[] {
    const reason = "the channel runs a version that does not know traces yet";
    this.#unread.set(channel, { channel, kind: "outdated", reason });
    return [];
  }
}

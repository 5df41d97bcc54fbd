/**
 * What one run hands over to other channels, gathered: the first event for a channel goes at once, those that follow go
 * together, as a busy channel's commits do. Each has its own key, and its own answer.
 */
import type { ChannelName } from "../core/channel-name.ts";
import type { AppendAnswer } from "../core/channel-protocol.ts";
import { concatBytes } from "../core/event-codec.ts";
import type { CourierPorts } from "./ports.ts";

/** Of one call: the rest goes with the next. One event alone may be larger. */
const GROUP_BYTES = 4 * 1024 * 1024;
const GROUP_EVENTS = 512;
/**
 * From one call to the next, milliseconds, whatever becomes of the first: the pace of a busy channel, because each call is a
 * commit there, and self-hosted a commit stops everything for as long as the disk takes.
 */
const PACE_MS = 20;

export type HandOverAnswer = { readonly kind: "accepted" } | Exclude<AppendAnswer, { kind: "accepted" }>;

/** The run's part in it. */
export interface Visiting {
  /** Whether the run can serve this channel too: it keeps a place for it until `answered`. */
  readonly offer: (channel: ChannelName) => boolean;
  /** The channel counts on the run, or does not. */
  readonly answered: (channel: ChannelName, isWanted: boolean) => void;
}

interface Member {
  readonly bytes: Uint8Array;
  readonly key: string;
  readonly resolve: (answer: HandOverAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export class HandOvers {
  readonly #ports: Pick<CourierPorts, "appendTo" | "schedule">;
  readonly #visiting: Visiting;
  /** By channel, for a moment after each call to it: those that wait for the next. */
  readonly #gathered = new Map<ChannelName, Member[]>();

  constructor(ports: Pick<CourierPorts, "appendTo" | "schedule">, visiting: Visiting) {
    this.#ports = ports;
    this.#visiting = visiting;
  }

  /** `bytes` is one encoded event in a buffer of its own. Rejects when the channel could not be reached. */
  append(channel: ChannelName, bytes: Uint8Array, key: string): Promise<HandOverAnswer> {
    return new Promise((resolve, reject) => {
      const member = { bytes, key, resolve, reject };
      const gathered = this.#gathered.get(channel);
      if (gathered === undefined) void this.#send(channel, [member]);
      else gathered.push(member);
    });
  }

  async #send(channel: ChannelName, members: Member[]): Promise<void> {
    this.#gathered.set(channel, members);
    while (members.length > 0) {
      void this.#call(channel, members.splice(0, groupOf(members)));
      await new Promise<void>((resolve) => void this.#ports.schedule(PACE_MS, resolve));
    }
    this.#gathered.delete(channel);
  }

  /** Never rejects: each member is told. */
  async #call(channel: ChannelName, group: readonly Member[]): Promise<void> {
    const isOffered = this.#visiting.offer(channel);
    let isWanted = false;
    try {
      const answer = await this.#ports.appendTo(channel, {
        bytes: concatBytes(group.map(({ bytes }) => bytes)),
        calls: group.map(({ bytes, key }) => ({ lengths: [bytes.length], key })),
        ...(isOffered ? { offersCourier: true } : {}),
      });
      const isAccepted = answer.kind === "accepted";
      isWanted = isAccepted && answer.wantsCourier === true;
      for (const { resolve } of group) resolve(isAccepted ? { kind: "accepted" } : answer);
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      if (isOffered) this.#visiting.answered(channel, isWanted);
    }
  }
}

/** How many of the first ones go together. */
function groupOf(members: readonly Member[]): number {
  let bytes = 0;
  let count = 0;
  for (const member of members) {
    bytes += member.bytes.length;
    if (count > 0 && (bytes > GROUP_BYTES || count >= GROUP_EVENTS)) break;
    count++;
  }
  return count;
}

/** What a courier needs of the world; the entry point gives the real ones. */
import type { ChannelName } from "../core/channel-name.ts";
import type { AppendAnswer, AppendRequest, LeaseAnswer, LeaseRequest } from "../core/channel-protocol.ts";

export interface CourierSettings {
  /** Requests in flight at once. */
  readonly window: number;
  /** How long the channel may hold a lease call open while deliveries are out, milliseconds; 0 for never. */
  readonly holdMs: number;
  /** How long a run may last, milliseconds. */
  readonly budgetMs: number;
  /** Channels that one run serves, the first included. */
  readonly maxChannelsServed: number;
}

export interface Pipe {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

export interface CourierPorts {
  lease(channel: ChannelName, request: LeaseRequest): Promise<LeaseAnswer>;
  readPart(channel: ChannelName, blob: number, part: number): Promise<Uint8Array | undefined>;
  appendTo(channel: ChannelName, request: AppendRequest): Promise<AppendAnswer>;
  /** With a binding, the Worker behind it is asked instead of the network; rejects where there is no such binding. */
  fetch(url: string, init: RequestInit, binding?: string): Promise<Response>;
  /** A pipe for exactly this many bytes, which makes them the Content-Length of a request that reads it. */
  fixedLength(bytes: number): Pipe;
  /** Epoch milliseconds. */
  now(): number;
  /** Runs `work` later unless cancelled by the returned function. */
  schedule(delayMs: number, work: () => void): () => void;
  log(record: Readonly<Record<string, unknown>>): void;
  readonly settings: CourierSettings;
}

/** Everything a channel knows, handed to the functions that work on it; one instance per object. */
import type { ChannelConfiguration } from "../core/channel-protocol.ts";
import { AppendBuffer } from "./append-buffer.ts";
import { Changes } from "./changes.ts";
import { IdempotencyIndex } from "./idempotency-index.ts";
import { IngressGuard } from "./ingress-guard.ts";
import { Lanes } from "./lanes.ts";
import { ALL_WINDOW_ENTRIES, SMALLEST_WINDOW, WINDOW_ENTRIES } from "./limits.ts";
import { Log } from "./log.ts";
import { Matcher } from "./matcher.ts";
import type { ChannelPorts } from "./ports.ts";
import type { ChannelStorage, Identity } from "./storage.ts";
import type { Subscription } from "./subscription.ts";

/** Of which leases have one: it leaves room to count on from any of them. */
const LEASE_NUMBERS = 2 ** 52;

export interface ChannelState {
  readonly ports: ChannelPorts;
  readonly storage: ChannelStorage;
  /** Begins anywhere, so that no lease has the number of one that memory forgot in a crash. */
  newestLease: number;
  readonly log: Log;
  readonly lanes: Lanes;
  readonly changes: Changes;
  readonly buffer: AppendBuffer;
  readonly keys: IdempotencyIndex;
  readonly subscriptions: Map<string, Subscription>;
  identity: Identity;
  configuration: ChannelConfiguration;
  guard: IngressGuard;
  matcher: Matcher;
  /** Events and duplicates accepted since the object started. */
  accepted: number;
  duplicates: number;
  newestStraggler: number;
  newestBlob: number;
  newestJournal: number;
  newestEpoch: number;
  /** Position group -> scanned position that storage knows. */
  readonly storedScanned: Map<number, number>;
  /** Subscriptions that may have unsettled work. */
  readonly busy: Set<Subscription>;
  /** The armed alarm, epoch milliseconds, or undefined. */
  alarmAtMs: number | undefined;
  /** When retention looks at the log next, epoch milliseconds; undefined while it is empty. */
  retentionAtMs: number | undefined;
  /** The next commit makes a retention pass. */
  isRetentionDue: boolean;
}

export function newState(
  ports: ChannelPorts,
  storage: ChannelStorage,
  known: { readonly identity: Identity; readonly configuration: ChannelConfiguration },
): ChannelState {
  return {
    ports,
    storage,
    newestLease: Math.floor(ports.random() * LEASE_NUMBERS),
    log: new Log(storage),
    lanes: new Lanes(),
    changes: new Changes(),
    buffer: new AppendBuffer(),
    keys: new IdempotencyIndex(storage, ports.now()),
    subscriptions: new Map(),
    identity: known.identity,
    configuration: known.configuration,
    guard: new IngressGuard(known.configuration.ingress),
    matcher: new Matcher([]),
    accepted: 0,
    duplicates: 0,
    newestStraggler: storage.stragglers.newestId(),
    newestBlob: storage.newestBlob(),
    newestJournal: storage.newestJournal(),
    newestEpoch: storage.epoch(),
    storedScanned: new Map(),
    busy: new Set(),
    alarmAtMs: undefined,
    retentionAtMs: undefined,
    isRetentionDue: false,
  };
}

/** Window entries that each subscription may have. */
export function windowLimit(state: ChannelState): number {
  const share = Math.floor(ALL_WINDOW_ENTRIES / Math.max(1, state.subscriptions.size));
  return Math.max(SMALLEST_WINDOW, Math.min(WINDOW_ENTRIES, share));
}

/** A number no earlier subscription or replay of this channel had; durable with the caller's transaction. */
export function newEpoch(state: ChannelState): number {
  state.newestEpoch++;
  state.storage.setEpoch(state.newestEpoch);
  return state.newestEpoch;
}

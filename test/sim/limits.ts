/** Bounds of a channel that a run may make small, so that a short history overflows windows and fills segments. */
import * as product from "../../src/channel/limits.ts";

export interface RunLimits {
  readonly areSmall: boolean;
  readonly windowEntries: number;
  /** Of one position. */
  readonly doneRanges: number;
  readonly activeStragglers: number;
  readonly leaseBytes: number;
  readonly segmentBytes: number;
  /** Keys are remembered at least this long. */
  readonly keyRetentionMs: number;
  /** Encoded events from this size on are cut into chunks, bytes. */
  readonly largeEventBytes: number;
}

/** By the product's own names, so that a bound that is renamed there is not left as it is here. */
type Bounds = Readonly<Partial<Record<keyof typeof product, number>>>;

const SMALL: Bounds = {
  WINDOW_ENTRIES: 6,
  SMALLEST_WINDOW: 6,
  DONE_RANGES: 8,
  SCAN_EVENTS: 5,
  ACTIVE_STRAGGLERS: 4,
  SEGMENT_EVENTS: 3,
  CHUNKED_ABOVE_BYTES: 500,
  CHUNK_BYTES: 200,
  REPLY_CHUNKED_ABOVE_BYTES: 200,
  RETENTION_SEGMENTS: 4,
  FAR_BEHIND_EVENTS: 15,
  LONG_SCAN_EVENTS: 3,
  LEASE_DELIVERIES: 5,
  BUSY_EVENTS: 2,
  COMPANY_EVENTS: 4,
  KEY_RETENTION_MS: 3_600_000,
  LEASE_BYTES: 600,
  SEGMENT_BYTES: 520,
  WAITING_BYTES: 2_000,
};

/** Large events are tested in runs with small bounds; elsewhere they would cost megabytes each. */
const USUAL: Bounds = { CHUNKED_ABOVE_BYTES: 5_000, CHUNK_BYTES: 2_000 };

/** The bounds of the run that follows; the modules must have been loaded with `changeModules`. */
export function setLimits(areSmall: boolean): RunLimits {
  const set: unknown = Reflect.get(product, "setLimits");
  const original: unknown = Reflect.get(product, "originalLimits");
  if (typeof set !== "function") throw new Error("start the simulator with `npm run sim`");
  set({ ...Object(original), ...USUAL, ...(areSmall ? SMALL : {}) });
  return {
    windowEntries: product.WINDOW_ENTRIES,
    doneRanges: product.DONE_RANGES,
    activeStragglers: product.ACTIVE_STRAGGLERS,
    leaseBytes: product.LEASE_BYTES,
    segmentBytes: product.SEGMENT_BYTES,
    areSmall,
    keyRetentionMs: product.KEY_RETENTION_MS,
    largeEventBytes: product.CHUNKED_ABOVE_BYTES,
  };
}

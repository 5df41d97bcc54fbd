/** Bounds that parts of a channel share, with their reasons. */

/** Events between the oldest unsettled and the newest leased one of a subscription. */
export const WINDOW_ENTRIES = 4_096;
/** Window entries of all subscriptions together: a channel with many subscriptions gives each a smaller window. */
export const ALL_WINDOW_ENTRIES = 131_072;
export const SMALLEST_WINDOW = 64;
/** Runs of ended events that a position holds: a full window has no more than about this, and a row has 32 positions. */
export const DONE_RANGES = 2_048;
/** Retrying and dead-lettering deliveries of a subscription; at this number nothing fresh is leased. */
export const ACTIVE_STRAGGLERS = 4_096;
/** Encoded events of one lease, bytes. */
export const LEASE_BYTES = 4 * 1024 * 1024;
/** Deliveries of one lease, however much capacity a courier claims. */
export const LEASE_DELIVERIES = 1_024;
/** Events that one lease call may match for subscriptions that lag. */
export const SCAN_EVENTS = 2_000;
/** A scan this long is worth a row of its own when it ends, events. */
export const LONG_SCAN_EVENTS = 1_000;
/** Bytes waiting for a commit above which a channel refuses. */
export const WAITING_BYTES = 32 * 1024 * 1024;
/** Body of a segment, bytes; a row must stay under 2 MB with its offsets and keys. */
export const SEGMENT_BYTES = 1_600_000;
/** Events of a segment: keeps the offsets and keys of tiny events within the row. */
export const SEGMENT_EVENTS = 4_096;
/** An encoded event above this is cut into chunks, bytes. */
export const CHUNKED_ABOVE_BYTES = 1_000_000;
export const CHUNK_BYTES = 1_000_000;
/** A kept reply longer than this, bytes, has its data cut into chunks: once parked, its row holds a copy of the event beside it. */
export const REPLY_CHUNKED_ABOVE_BYTES = 500_000;
/** An idle subscription's stored position may lag this many events behind, which a restart scans again. */
export const STALE_POSITION_EVENTS = 65_536;
/** A lease outlives its delivery's timeout by this, milliseconds, so that a courier's own verdict comes first. */
export const LEASE_MARGIN_MS = 10_000;
/** An answer slower than this makes a subscription slow, milliseconds. */
export const SLOW_ANSWER_MS = 1_000;
/** Answers in a row under SLOW_ANSWER_MS that end slowness. */
export const FAST_ANSWERS = 64;
/** A subscription further behind its neighbours than this gets a lane of its own, events. */
export const FAR_BEHIND_EVENTS = 20_000;
/** Settlements wait this long for a segment to be written with, milliseconds. */
export const SETTLE_DELAY_MS = 25;
/** This many events within BUSY_MS make a channel busy: four come while it would wait, and below that waiting saves little. */
export const BUSY_EVENTS = 40;
/** Long enough that a burst is no load, short enough that a load is noticed before it has cost a hundred rows, milliseconds. */
export const BUSY_MS = 100;
/**
 * A busy channel commits at most this often, milliseconds, unless COMPANY_EVENTS wait: not much more than what a replicated
 * commit takes, and at 1,000 events/s a fifth of a row for an event.
 */
export const PACE_MS = 20;
/** With so many a commit costs each event a tenth of a row and less: more would save little, and delay a full load. */
export const COMPANY_EVENTS = 32;
/** While work exists the alarm comes at least this often, milliseconds: a crash or a lost wake-up costs no more. */
export const WATCHDOG_MS = 5_000;
/** Work that comes up sooner than this is waited for in memory; the alarm, which costs a row, is for later, ms. */
export const NEAR_MS = 2_000;
/** How often hanging subscriptions are looked for, milliseconds. */
export const REASSESS_MS = 200;
/** Longest that a lease call is held open, whatever the courier asks, milliseconds. */
export const LONGEST_HOLD_MS = 20_000;
/** A held lease call whose courier has nothing in flight any more ends after this, milliseconds. */
export const IDLE_HOLD_MS = 50;
/** After a wake-up that failed, milliseconds. */
export const REST_MS = 1_000;
/** Idempotency keys remembered, and for how long at least unless newer keys push them out. */
export const KEYS_REMEMBERED = 500_000;
export const KEY_RETENTION_MS = 72 * 3_600_000;
/** Segments, and parked deliveries that expired, that one pass looks at. */
export const RETENTION_SEGMENTS = 256;
/** What expires waits this long for more to expire with it, milliseconds, or a tenth of the retention: a pass costs an alarm. */
export const RETENTION_SLACK_MS = 60_000;
/** A segment that is expired but not settled by all is looked at again after this, milliseconds. */
export const HELD_BACK_MS = 3_600_000;

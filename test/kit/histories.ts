/** What was posted, what subscribers received of each event, and what follows from it whatever the run did to the router. */

/** One event that the producer tried to post. */
export interface Posted {
  readonly number: number;
  /** Events of one key are posted one after another. */
  readonly key: number;
  readonly startedMs: number;
  /** When the answer came or the connection broke. */
  readonly endedMs: number;
  /** The same, where the answer was a 202. */
  readonly ackedMs?: number;
  /** Status of a refusal; undefined when the connection broke. */
  readonly refusedWith?: number;
}

/** One request that a subscriber received. */
export interface Received<Trigger extends string> {
  readonly trigger: Trigger;
  /** Number of the producer's event that this is, or that it replies to. */
  readonly number: number;
  readonly arrivedMs: number;
  /** When the answer was handed to the system; undefined where the caller had gone. */
  readonly answeredMs?: number;
  readonly status: number;
  /** Attributes and data were those that were sent. */
  readonly isIntact: boolean;
}

/** Per Trigger and event number, what its subscriber received, in order of arrival. */
export type Histories<Each extends Received<string>> = ReadonlyMap<string, ReadonlyMap<number, readonly Each[]>>;

export interface Repeat<Each extends Received<string>> {
  /** The last delivery before it that was answered with 2xx. */
  readonly answered: Each;
  readonly again: Each;
}

export function historiesOf<Each extends Received<string>>(
  triggers: readonly Each["trigger"][],
  received: readonly Each[],
): Histories<Each> {
  const histories = new Map<string, Map<number, Each[]>>(triggers.map((trigger) => [trigger, new Map()]));
  for (const each of received.toSorted((one, other) => one.arrivedMs - other.arrivedMs)) {
    const events = histories.get(each.trigger);
    const history = events?.get(each.number);
    if (history === undefined) events?.set(each.number, [each]);
    else history.push(each);
  }
  return histories;
}

/** Each arrival after an answer with 2xx. */
export function repeatsIn<Each extends Received<string>>(histories: Histories<Each>): readonly Repeat<Each>[] {
  const repeats: Repeat<Each>[] = [];
  for (const events of histories.values()) {
    for (const history of events.values()) {
      let answered: Each | undefined;
      for (const again of history) {
        if (answered !== undefined) repeats.push({ answered, again });
        if (isSuccess(again)) answered = again;
      }
    }
  }
  return repeats;
}

/**
 * Numbers that arrived at an ordered subscriber before the acknowledged event ahead of them was answered with 2xx.
 * Posts of a key follow each other, so of two acknowledged ones the lower number is ahead in the log.
 */
export function outOfOrder<Each extends Received<string>>(
  posted: readonly Posted[],
  history: ReadonlyMap<number, readonly Each[]>,
): readonly number[] {
  const numbers: number[] = [];
  const aheadMs = new Map<number, number>();
  for (const { number, key, ackedMs } of posted.toSorted((one, other) => one.number - other.number)) {
    if (ackedMs === undefined) continue;
    const arrivals = history.get(number);
    const arrivedMs = arrivals?.[0]?.arrivedMs ?? Number.POSITIVE_INFINITY;
    const afterMs = aheadMs.get(key) ?? 0;
    if (arrivedMs < afterMs) numbers.push(number);
    aheadMs.set(key, Math.max(afterMs, firstSuccessMs(arrivals) ?? Number.POSITIVE_INFINITY));
  }
  return numbers;
}

export function firstSuccessMs(history: readonly Received<string>[] | undefined): number | undefined {
  return history?.find(isSuccess)?.answeredMs;
}

export function isSuccess({ status, answeredMs }: Received<string>): boolean {
  return status < 300 && answeredMs !== undefined;
}

/**
 * What Cloudflare asks on the Workers Paid plan beyond what is included, and what a run of events comes to. Prices of
 * 25 November 2026, from the pages named here; stored gigabytes and the plan's $5 a month are not in them.
 */

/** Dollars per million. */
export const PRICES = {
  /**
   * A request from the internet. What a Worker asks of an object, of its own entry points or of a subscriber is no
   * further request: developers.cloudflare.com/workers/platform/pricing
   */
  workerRequest: 0.3,
  /** A millisecond of CPU time in Workers; the time of objects is billed as duration instead (same page). */
  cpuMs: 0.02,
  /** Each RPC call to an object and each alarm: developers.cloudflare.com/durable-objects/platform/pricing */
  objectRequest: 0.15,
  /** A gigabyte-second of an object that runs, waits or cannot hibernate (same page). */
  objectGbSecond: 12.5,
  /** Rows as the database counts them, those of indexes too; `setAlarm` is one (same page). */
  rowWritten: 1,
  rowRead: 0.001,
  /** A write, a read or a deletion of up to 64 KB: developers.cloudflare.com/queues/platform/pricing */
  queueOperation: 0.4,
} as const;

/** Of an object, whatever it really uses: 128 MB. */
export const OBJECT_GB = 0.128;
/** A queue message is written, read and deleted. */
export const OPERATIONS_PER_MESSAGE = 3;

export interface Operations {
  readonly workerRequests: number;
  /** Of the whole process: Workers and objects cannot be told apart from outside, so this is more than is billed. */
  readonly cpuMs: number;
  readonly objectRequests: number;
  readonly objectSeconds: number;
  /** With the alarms that were set. */
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly queueMessages: number;
}

export const NO_OPERATIONS: Operations = {
  workerRequests: 0,
  cpuMs: 0,
  objectRequests: 0,
  objectSeconds: 0,
  rowsWritten: 0,
  rowsRead: 0,
  queueMessages: 0,
};

export interface Dollars {
  readonly total: number;
  readonly parts: Readonly<Record<keyof Operations, number>>;
}

/** Dollars for a million times these operations. */
export function dollarsPerMillion(operations: Operations): Dollars {
  const parts = {
    workerRequests: operations.workerRequests * PRICES.workerRequest,
    cpuMs: operations.cpuMs * PRICES.cpuMs,
    objectRequests: operations.objectRequests * PRICES.objectRequest,
    objectSeconds: operations.objectSeconds * OBJECT_GB * PRICES.objectGbSecond,
    rowsWritten: operations.rowsWritten * PRICES.rowWritten,
    rowsRead: operations.rowsRead * PRICES.rowRead,
    queueMessages: operations.queueMessages * OPERATIONS_PER_MESSAGE * PRICES.queueOperation,
  };
  return { total: Object.values(parts).reduce((sum, part) => sum + part, 0), parts };
}

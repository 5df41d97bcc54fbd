/** Latencies as counts in classes that are 5 % wide: any number of them in the same memory. */
const LEAST_MS = 0.1;
const RATIO = 1.05;
/** The last class holds everything above 100 s. */
const CLASSES = 284;

export class LatencyHistogram {
  readonly counts: Uint32Array;

  constructor(counts: Uint32Array = new Uint32Array(CLASSES)) {
    this.counts = counts;
  }

  static merged(histograms: readonly LatencyHistogram[]): LatencyHistogram {
    const sum = new LatencyHistogram();
    for (const { counts } of histograms) for (const [index, count] of counts.entries()) sum.#add(index, count);
    return sum;
  }

  record(ms: number): void {
    const index = ms <= LEAST_MS ? 0 : Math.ceil(Math.log(ms / LEAST_MS) / Math.log(RATIO));
    this.#add(Math.min(index, CLASSES - 1), 1);
  }

  /** Upper end of the class with the latency that `share` percent do not exceed, milliseconds; NaN without any. */
  percentile(share: number): number {
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    let left = Math.max(1, Math.ceil((total * share) / 100));
    for (const [index, count] of this.counts.entries()) {
      left -= count;
      if (left <= 0) return LEAST_MS * RATIO ** index;
    }
    return Number.NaN;
  }

  #add(index: number, count: number): void {
    this.counts[index] = (this.counts[index] ?? 0) + count;
  }
}

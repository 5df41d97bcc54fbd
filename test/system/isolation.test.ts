/**
 * One subscriber that never answers and one that always fails must not slow a healthy one on the same broker.
 *
 *   measured router:   healthy alone │ healthy beside a hanging and a failing subscriber
 *   control router:    healthy alone │ healthy alone
 *                      first stretch │ the stretches after it, each at the same time as above
 *
 * A p99 is the few worst events of a stretch, and one stall of the machine is enough to make them: of the stretches
 * beside the neighbours the median counts. SLUICE_ISOLATION_SECONDS is how long a stretch takes.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { apply } from "../kit/apply.ts";
import { median, percentile } from "../kit/statistics.ts";
import { type Router, startRouter } from "./harness.ts";
import { LatencySink } from "./latency-sink.ts";

const SECONDS = Number(process.env.SLUICE_ISOLATION_SECONDS ?? 10);
/** Beside the neighbours. */
const STRETCHES = 3;
const EVENTS_PER_SECOND = 100;
/** Not measured: code is compiled, milliseconds. */
const WARM_UP_MS = 2_000;
/**
 * What a process alone on a busy machine shows as well: at this rate its storage writes a checkpoint every two seconds,
 * which holds a few events up for 20 to 50 ms. The comparison begins at this many milliseconds, or at what the control
 * router's subscriber had to wait at the same time.
 */
const NOISE_MS = 25;
const FACTOR = 2;

interface Measured {
  readonly router: Router;
  readonly sink: LatencySink;
}

describe("isolation", () => {
  let measured: Measured;
  let control: Measured;

  beforeAll(async () => {
    [measured, control] = await Promise.all([withHealthySubscriber(), withHealthySubscriber()]);
  });

  it(
    "[ISO-1] a hanging and a failing neighbour at most double the p99 of a healthy subscriber",
    async () => {
      const both = (forMs: number) =>
        Promise.all([measured, control].map(({ router, sink }) => sink.publish(router, EVENTS_PER_SECOND, forMs)));
      await both(WARM_UP_MS);
      const [alone = []] = await both(SECONDS * 1_000);
      await subscribe(measured, "hanging");
      await subscribe(measured, "failing");
      const slower: number[] = [];
      for (let stretch = 0; stretch < STRETCHES; stretch++) {
        const [beside = [], controlled = []] = await both(SECONDS * 1_000);
        console.log(figures({ alone, beside, "control beside": controlled }));
        expect([alone.length, beside.length]).toEqual([EVENTS_PER_SECOND * SECONDS, EVENTS_PER_SECOND * SECONDS]);
        const expected = Math.max(percentile(alone, 99), percentile(controlled, 99), NOISE_MS);
        slower.push(percentile(beside, 99) / expected);
      }
      // Both were tried, and what was not answered is still waited for.
      expect(measured.sink.requests("failing")).toBeGreaterThan(0);
      expect(measured.sink.requests("hanging")).toBeGreaterThan(EVENTS_PER_SECOND);
      expect(median(slower), `times the p99 that was to be expected: ${slower}`).toBeLessThanOrEqual(FACTOR);
    },
    (SECONDS * (STRETCHES + 1) + 60) * 1_000,
  );
});

async function withHealthySubscriber(): Promise<Measured> {
  const [router, sink] = await Promise.all([startRouter(), LatencySink.start()]);
  await apply(router, { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name: "shared" } });
  await subscribe({ router, sink }, "healthy");
  return { router, sink };
}

async function subscribe({ router, sink }: Measured, name: "healthy" | "hanging" | "failing"): Promise<void> {
  await apply(router, {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Trigger",
    metadata: { name },
    spec: {
      broker: "shared",
      subscriber: { uri: sink.url(name) },
      delivery: { retry: 10, backoffPolicy: "exponential", backoffDelay: "PT0.2S", timeout: "PT10S" },
    },
  });
}

function figures(latencies: Readonly<Record<string, readonly number[]>>): string {
  const lines = Object.entries(latencies).map(([name, values]) => {
    const shares = [50, 90, 99, 100].map((share) => `p${share} ${percentile(values, share).toFixed(1)} ms`);
    return `isolation, ${name}: ${values.length} events, ${shares.join(", ")}`;
  });
  return lines.join("\n");
}

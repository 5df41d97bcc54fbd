/** Commits that fail for real: nothing is accepted that is not stored, and the same router goes on afterwards. */
import { beforeAll, describe, expect, it } from "vitest";
import { apply } from "../kit/apply.ts";
import { ByteSink } from "./byte-sink.ts";
import { largestChannelFile, limitFileSize, startLimitableRouter, workerdPid } from "./file-size-limit.ts";
import type { Router } from "./harness.ts";

/** Smaller than every file of the storage: nothing at all can be written. */
const NOTHING_BYTES = 4_096;
/** Room for some of the events of a round, and not for all, bytes. */
const SOME_BYTES = 300_000;
const EVENT_BYTES = 20_000;
const ROUND = 60;
const AT_ONCE = 6;
/** Answers take their time, so that deliveries are out when commits begin to fail, milliseconds. */
const ANSWER_MS = 100;

interface LogPage {
  readonly items: readonly { readonly attributes: { readonly id: string } }[];
}

interface Stats {
  readonly subscriptions: readonly Readonly<Record<string, unknown>>[];
}

describe("a disk that is full", () => {
  const accepted = new Set<string>();
  let router: Router;
  let sink: ByteSink;
  let pid: number;
  let next = 0;

  beforeAll(async () => {
    [router, sink] = await Promise.all([startLimitableRouter(), ByteSink.start()]);
    pid = workerdPid(router);
    sink.answerAfterMs = ANSWER_MS;
    await apply(router, { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name: "disk" } });
    await apply(router, {
      apiVersion: "eventing.knative.dev/v1",
      kind: "Trigger",
      metadata: { name: "all" },
      spec: {
        broker: "disk",
        subscriber: { uri: `${sink.url}/all` },
        delivery: { retry: 20, backoffPolicy: "linear", backoffDelay: "PT0.1S", backoffMax: "PT1S" },
      },
    });
  });

  const post = async (): Promise<number> => {
    const id = String(next++);
    const answer = await fetch(`${router.url}/default/disk`, {
      method: "POST",
      headers: { "ce-specversion": "1.0", "ce-id": id, "ce-source": "/disk", "ce-type": "t" },
      body: "x".repeat(EVENT_BYTES),
    });
    await answer.body?.cancel();
    if (answer.status === 202) accepted.add(id);
    if (answer.status === 503) expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    return answer.status;
  };

  /** How often each status was answered in a round of posts. */
  const round = async (count: number): Promise<Readonly<Record<string, number>>> => {
    const counts: Record<string, number> = {};
    let left = count;
    const producer = async (): Promise<void> => {
      while (left-- > 0) {
        const status = await post();
        counts[status] = (counts[status] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, producer));
    return counts;
  };

  it("[DISK-1] every event is accepted while there is room", async () => {
    expect(await round(ROUND)).toEqual({ 202: ROUND });
  });

  it("[DISK-2] when it runs out of room under load, what is not stored is answered with 503", async () => {
    limitFileSize(router, largestChannelFile(router) + SOME_BYTES);
    const counts = await round(ROUND);
    expect(Object.keys(counts)).toEqual(["202", "503"]);
  });

  it("[DISK-3] while nothing can be written nothing is accepted", async () => {
    limitFileSize(router, NOTHING_BYTES);
    expect(await round(ROUND)).toEqual({ 503: ROUND });
  });

  it("[DISK-4] with room again the same process accepts again", async () => {
    limitFileSize(router, "unlimited");
    expect(await round(ROUND)).toEqual({ 202: ROUND });
    expect(workerdPid(router)).toBe(pid);
    expect(router.output()).not.toContain("workerd ended");
  });

  it("[DISK-5] every event that was ever accepted is delivered", async () => {
    const missing = (): readonly string[] => {
      const delivered = new Set(sink.received.map((request) => String(request.headers["ce-id"])));
      return [...accepted].filter((id) => !delivered.has(id));
    };
    expect(accepted.size).toBeGreaterThan(2 * ROUND);
    await expect.poll(missing, { timeout: 20_000 }).toEqual([]);
    const settled = async () => (await read<Stats>(router, "stats")).subscriptions[0];
    const nothingLeft = { behind: 0, inFlight: 0, retrying: 0, counters: { parked: 0, deadLettered: 0, discarded: 0 } };
    await expect.poll(settled, { timeout: 20_000 }).toMatchObject(nothingLeft);
  });

  it("[DISK-6] what was accepted survives a crash right after", async () => {
    await router.kill();
    const again = await router.restart();
    const { items } = await read<LogPage>(again, "log?limit=1000");
    const stored = new Set(items.map(({ attributes }) => attributes.id));
    expect([...accepted].filter((id) => !stored.has(id))).toEqual([]);
  });
});

async function read<Body>(router: Router, what: string): Promise<Body> {
  const answer = await fetch(`${router.url}/apis/sluice.dev/v1alpha1/namespaces/default/brokers/disk/${what}`);
  expect(answer.status).toBe(200);
  return JSON.parse(await answer.text());
}

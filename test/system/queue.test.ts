/** Miniflare: every wake-up goes through a queue that loses one in five and doubles one in five. */
import { describe, expect, test } from "vitest";
import { type QueueRouter, startQueueRouter } from "./queue-router.ts";
import { wakeUpSuite } from "./wake-up-suite.ts";

let router: QueueRouter | undefined;

wakeUpSuite("woken by a queue that loses and doubles", async () => {
  router = await startQueueRouter();
  return router;
});

describe("the queue between", () => {
  test("[WAKE-10] wake-ups were lost and doubled", async () => {
    const counts = await router?.wakeUps();
    expect(counts?.lost).toBeGreaterThan(0);
    expect(counts?.doubled).toBeGreaterThan(0);
  });
});

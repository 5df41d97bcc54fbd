/** A router in miniflare, woken by a Queue alone, with a Worker in between that loses and doubles wake-ups. */
import { join } from "node:path";
import { type MiniflareRouter, type MiniflareWorker, program, startMiniflareRouter } from "./miniflare-router.ts";

/** Consumers that can run at the same time. */
const QUEUES = 16;
/** Decides which wake-ups are lost and doubled. */
const SEED = 20_261_123;
const BETWEEN = "lossy-queue";

export interface QueueRouter extends Pick<MiniflareRouter, "url"> {
  /** What became of the wake-ups so far. */
  wakeUps(): Promise<WakeUpCounts>;
}

export interface WakeUpCounts {
  readonly came: number;
  readonly lost: number;
  readonly doubled: number;
}

export async function startQueueRouter(): Promise<QueueRouter> {
  const queues = Array.from({ length: QUEUES }, (_, index) => `wake-ups-${index}`);
  const router = await startMiniflareRouter({
    wake: "queue",
    bindings: { WAKE_UPS: { type: "queue", name: "wake-ups" } },
    triggers: queues.map((name) => consumes(name, 1)),
    workers: [lossyQueue(queues)],
  });
  return {
    url: router.url,
    wakeUps: async () => JSON.parse(await router.ask(BETWEEN)),
  };
}

function lossyQueue(queues: readonly string[]): MiniflareWorker {
  const outgoing = queues.map((name, index) => [`OUT_${index}`, { type: "queue", name }] as const);
  return {
    config: {
      ...program(BETWEEN, join(import.meta.dirname, "lossy-queue.mjs")),
      env: { SEED: { type: "text", value: String(SEED) }, ...Object.fromEntries(outgoing) },
      triggers: [consumes("wake-ups", 10)],
    },
  };
}

function consumes(name: string, maxBatchSize: number) {
  return { type: "queue" as const, name, maxBatchSize, maxBatchTimeout: 0, maxRetries: 3 };
}

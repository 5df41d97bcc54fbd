/** A router in miniflare, woken by a Queue alone, with a Worker in between that loses and doubles wake-ups. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Log, LogLevel, Miniflare, type MiniflareOptions } from "miniflare";
import { afterAll } from "vitest";
import { freePortPair } from "../kit/free-port.ts";
import { ROOT, temporaryFolder } from "./harness.ts";

/** Consumers that can run at the same time. */
const QUEUES = 16;
/** Decides which wake-ups are lost and doubled. */
const SEED = 20_261_123;
const COMPATIBILITY_DATE = "2026-10-01";

type Worker = MiniflareOptions["workers"][number];

export interface QueueRouter {
  readonly url: string;
  /** What became of the wake-ups so far. */
  wakeUps(): Promise<WakeUpCounts>;
}

export interface WakeUpCounts {
  readonly came: number;
  readonly lost: number;
  readonly doubled: number;
}

const open = new Set<Miniflare>();
afterAll(async () => {
  await Promise.all([...open].map((miniflare) => miniflare.dispose()));
  open.clear();
});

export async function startQueueRouter(): Promise<QueueRouter> {
  const port = await freePortPair();
  const queues = Array.from({ length: QUEUES }, (_, index) => `wake-ups-${index}`);
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port,
    log: new Log(LogLevel.WARN),
    resourcePersistencePath: temporaryFolder(),
    workers: [router(port, queues), lossyQueue(queues)],
  });
  open.add(miniflare);
  await miniflare.ready;
  return {
    url: `http://127.0.0.1:${port}`,
    async wakeUps() {
      const between = await miniflare.getWorker("lossy-queue");
      const answer = await between.fetch("http://lossy-queue/");
      const counts: WakeUpCounts = JSON.parse(await answer.text());
      return counts;
    },
  };
}

function router(port: number, queues: readonly string[]): Worker {
  const bundle = execFileSync(process.execPath, [join(ROOT, "scripts", "build-bundle.mjs")], { encoding: "utf8" });
  return {
    config: {
      ...program("sluice", bundle.trim()),
      env: {
        SLUICE_WAKE: { type: "text", value: "queue" },
        SLUICE_OPEN_ADDRESS: { type: "text", value: `127.0.0.1:${port}` },
        CHANNEL: { type: "durable-object", worker: "sluice", exportName: "Channel" },
        CONTROL_PLANE: { type: "durable-object", worker: "sluice", exportName: "ControlPlane" },
        COURIER: { type: "worker", worker: "sluice", exportName: "Courier" },
        WAKE_UPS: { type: "queue", name: "wake-ups" },
      },
      exports: {
        Channel: { type: "durable-object", storage: "sqlite" },
        ControlPlane: { type: "durable-object", storage: "sqlite" },
      },
      triggers: queues.map((name) => consumes(name, 1)),
    },
  };
}

function lossyQueue(queues: readonly string[]): Worker {
  const outgoing = queues.map((name, index) => [`OUT_${index}`, { type: "queue", name }] as const);
  return {
    config: {
      ...program("lossy-queue", join(import.meta.dirname, "lossy-queue.mjs")),
      env: { SEED: { type: "text", value: String(SEED) }, ...Object.fromEntries(outgoing) },
      triggers: [consumes("wake-ups", 10)],
    },
  };
}

function program(name: string, file: string) {
  const modules = { "worker.mjs": { type: "esm" as const, contents: readFileSync(file, "utf8") } };
  return {
    name,
    compatibilityDate: COMPATIBILITY_DATE,
    manifest: { mainModule: "worker.mjs", modulesRoot: ROOT, modules },
  };
}

function consumes(name: string, maxBatchSize: number) {
  return { type: "queue" as const, name, maxBatchSize, maxBatchTimeout: 0, maxRetries: 3 };
}

/** The router's bundle in miniflare, beside other Workers: for what plain workerd has no way to run. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Log, LogLevel, Miniflare, type MiniflareOptions } from "miniflare";
import { afterAll } from "vitest";
import { freePortPair } from "../kit/free-port.ts";
import { ROOT, temporaryFolder } from "./harness.ts";

const COMPATIBILITY_DATE = "2026-10-01";

export type MiniflareWorker = MiniflareOptions["workers"][number];
type Config = MiniflareWorker["config"];

export interface MiniflareRouterOptions {
  readonly wake: "queue" | "direct";
  /** Beyond those of the router's own parts. */
  readonly bindings: NonNullable<Config["env"]>;
  readonly triggers?: Config["triggers"];
  /** What there is beside the router. */
  readonly workers: readonly MiniflareWorker[];
  /** Stands for the network, as far as the router sends requests into it. */
  readonly dev?: MiniflareWorker["dev"];
}

export interface MiniflareRouter {
  readonly url: string;
  /** What one of the other Workers answers to a GET, in JSON. */
  ask(worker: string): Promise<string>;
}

const open = new Set<Miniflare>();
afterAll(async () => {
  await Promise.all([...open].map((miniflare) => miniflare.dispose()));
  open.clear();
});

export async function startMiniflareRouter(options: MiniflareRouterOptions): Promise<MiniflareRouter> {
  const port = await freePortPair();
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port,
    log: new Log(LogLevel.WARN),
    resourcePersistencePath: temporaryFolder(),
    // Requests from outside go to the first Worker alone.
    workers: [router(port, options), ...options.workers],
  });
  open.add(miniflare);
  await miniflare.ready;
  return {
    url: `http://127.0.0.1:${port}`,
    async ask(worker) {
      const answer = await (await miniflare.getWorker(worker)).fetch(`http://${worker}/`);
      return answer.text();
    },
  };
}

/** The part of a Worker's configuration that says what it runs. */
export function program(name: string, file: string) {
  const modules = { "worker.mjs": { type: "esm" as const, contents: readFileSync(file, "utf8") } };
  return {
    name,
    compatibilityDate: COMPATIBILITY_DATE,
    manifest: { mainModule: "worker.mjs", modulesRoot: ROOT, modules },
  };
}

function router(port: number, { wake, bindings, triggers, dev }: MiniflareRouterOptions): MiniflareWorker {
  const bundle = execFileSync(process.execPath, [join(ROOT, "scripts", "build-bundle.mjs")], { encoding: "utf8" });
  return {
    config: {
      ...program("sluice", bundle.trim()),
      env: {
        SLUICE_WAKE: { type: "text", value: wake },
        SLUICE_OPEN_ADDRESS: { type: "text", value: `127.0.0.1:${port}` },
        CHANNEL: { type: "durable-object", worker: "sluice", exportName: "Channel" },
        CONTROL_PLANE: { type: "durable-object", worker: "sluice", exportName: "ControlPlane" },
        COURIER: { type: "worker", worker: "sluice", exportName: "Courier" },
        ...bindings,
      },
      exports: {
        Channel: { type: "durable-object", storage: "sqlite" },
        ControlPlane: { type: "durable-object", storage: "sqlite" },
      },
      ...(triggers === undefined ? {} : { triggers }),
    },
    ...(dev === undefined ? {} : { dev }),
  };
}

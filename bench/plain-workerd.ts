/** Runs one Worker in plain workerd, under the supervisor that the start script uses, so that none is left behind. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { freePort } from "../test/kit/free-port.ts";
import { isAnswering } from "../test/kit/is-answering.ts";
import type { MeasuredServer } from "./measured-server.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const READY_TIMEOUT_MS = 20_000;
const POLL_MS = 20;

/** The floors of `floor/worker.ts`, in `folder`, which the caller removes. */
export async function startFloor(folder: string): Promise<MeasuredServer> {
  const port = await freePort();
  const module = join(folder, "floor.mjs");
  await build({
    entryPoints: [join(ROOT, "bench/floor/worker.ts")],
    outfile: module,
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*"],
    logLevel: "error",
  });
  mkdirSync(join(folder, "objects"), { recursive: true });
  const configuration = join(folder, "workerd.capnp");
  writeFileSync(configuration, configurationText(join(folder, "objects"), port));
  const workerd: string = createRequire(import.meta.url)("workerd").default;
  const supervisor = fork(join(ROOT, "scripts/supervise.mjs"), [workerd, "serve", configuration], {
    detached: true,
    execArgv: [],
    stdio: ["ignore", 2, 2, "ipc"],
  });
  const ended = new Promise<void>((resolve) => supervisor.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    if (supervisor.connected) supervisor.send("stop");
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    const pid = await startedPid(supervisor);
    await untilAnswered(`${url}/count`, READY_TIMEOUT_MS);
    return { url, pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilAnswered(url: string, timeoutMs: number): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; !(await isAnswering(url)); await wait(POLL_MS)) {
    if (performance.now() > deadline) throw new Error(`${url} does not answer`);
  }
}

function startedPid(supervisor: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    supervisor.on("message", (message: { readonly kind: string; readonly pid?: number }) => {
      if (message.kind === "started" && message.pid !== undefined) resolve(message.pid);
      else reject(new Error(`workerd did not start: ${JSON.stringify(message)}`));
    });
    supervisor.once("exit", () => reject(new Error("the supervisor of workerd ended")));
  });
}

/** The same kind of storage as the router's, see `scripts/workerd-config.mjs`. */
function configurationText(objects: string, port: number): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "floor", worker = (
      modules = [(name = "floor.mjs", esModule = embed "floor.mjs")],
      compatibilityDate = "2026-10-01",
      bindings = [(name = "FLOOR", durableObjectNamespace = "Floor")],
      durableObjectNamespaces = [(className = "Floor", uniqueKey = "floor", enableSql = true)],
      durableObjectStorage = (localDisk = "objects"),
    )),
    (name = "objects", disk = (path = ${JSON.stringify(objects)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", service = "floor")],
);
`;
}

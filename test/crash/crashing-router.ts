/** A router on this machine that is started again and again in the same data folder and ends only by SIGKILL. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const POLL_MS = 20;
const GONE_POLL_MS = 2;
/** The first start may build the bundle. */
const READY_TIMEOUT_MS = 90_000;
const LOG_LINES = 200;
const LOWEST_PORT = 20_000;
const PORTS = 12_000;

export class CrashingRouter {
  readonly url: string;
  readonly #port: number;
  readonly #dataFolder: string;
  #script: ChildProcess | undefined;
  #log: string[] = [];

  constructor(dataFolder: string, port: number) {
    this.#dataFolder = dataFolder;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Resolves when the router answers. */
  async start(): Promise<void> {
    const script = spawn(process.execPath, ["scripts/start.mjs"], {
      cwd: ROOT,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: routerEnvironment(this.#port, this.#dataFolder),
    });
    this.#script = script;
    for (const stream of [script.stdout, script.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        this.#log = [...this.#log, ...text.split("\n")].slice(-LOG_LINES);
      });
    }
    for (const deadline = performance.now() + READY_TIMEOUT_MS; performance.now() < deadline; await wait(POLL_MS)) {
      if (script.exitCode !== null) throw new Error(`the router ended with ${script.exitCode}:\n${this.log}`);
      if (await isReady(this.url)) return;
    }
    throw new Error(`the router did not become ready:\n${this.log}`);
  }

  /**
   * Kills workerd, its supervisor and the start script at once and resolves when all are gone. The script and workerd
   * have process groups of their own, so that each must be named. The signals are sent before this returns its promise.
   * Does nothing when the router does not run.
   */
  async kill(): Promise<void> {
    const script = this.#script;
    if (script?.pid === undefined) return;
    const workerd = this.workerdPid;
    const group = workerd === undefined ? undefined : processGroupOf(workerd);
    for (const leader of [group, script.pid]) if (leader !== undefined) killIfRunning(-leader);
    this.#script = undefined;
    while (script.exitCode === null && script.signalCode === null) await wait(GONE_POLL_MS);
    while (workerd !== undefined && isRunning(workerd)) await wait(GONE_POLL_MS);
  }

  get isRunning(): boolean {
    return this.#script?.exitCode === null && this.#script.signalCode === null;
  }

  /** The last lines that the router wrote. */
  get log(): string {
    return this.#log.join("\n");
  }

  /** Undefined when it does not run. */
  get workerdPid(): number | undefined {
    try {
      const pid = Number.parseInt(readFileSync(join(this.#dataFolder, "workerd.pid"), "utf8"), 10);
      return Number.isInteger(pid) && isRunning(pid) ? pid : undefined;
    } catch {
      // Killed before workerd was started.
      return undefined;
    }
  }
}

/**
 * A port that was free a moment ago, below those that systems give to outgoing connections: while the router is down
 * a connection of the load could be given its port.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST_PORT + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** Without the caller's own settings. */
function routerEnvironment(port: number, dataFolder: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(SLUICE_|HOST$|NODE_OPTIONS$)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    // Lets the start script end by itself should this process be killed.
    npm_lifecycle_event: "start",
    PORT: String(port),
    SLUICE_DATA: dataFolder,
    SLUICE_DEMO: "off",
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    await answer.text();
    return answer.status === 200;
  } catch {
    // Not listening yet.
    return false;
  }
}

function processGroupOf(pid: number): number | undefined {
  const group = Number.parseInt(processField("pgid", pid), 10);
  return Number.isInteger(group) && group > 1 ? group : undefined;
}

function killIfRunning(target: number): void {
  try {
    process.kill(target, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** A zombie that its new parent has not collected yet holds no file and no port any more. */
function isRunning(pid: number): boolean {
  const state = processField("stat", pid);
  return state !== "" && !state.startsWith("Z");
}

/** Empty when there is no such process. */
function processField(field: string, pid: number): string {
  const { stdout } = spawnSync("ps", ["-o", `${field}=`, "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim();
}

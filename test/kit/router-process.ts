/** The router as `npm start` runs it, on this machine; it can be started again and again in the same data folder. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isAnswering } from "./is-answering.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const POLL_MS = 20;
const GONE_POLL_MS = 2;
/** The first start may build the bundle. */
const READY_TIMEOUT_MS = 90_000;
const LOG_LINES = 200;

export class RouterProcess {
  readonly url: string;
  readonly #port: number;
  readonly #dataFolder: string;
  readonly #settings: Readonly<Record<string, string>>;
  #script: ChildProcess | undefined;
  #log: string[] = [];

  /** `settings` are variables beyond those that every such router has. */
  constructor(dataFolder: string, port: number, settings: Readonly<Record<string, string>> = {}) {
    this.#dataFolder = dataFolder;
    this.#port = port;
    this.#settings = settings;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Resolves when the router answers. */
  async start(): Promise<void> {
    const script = spawn(process.execPath, ["scripts/start.mjs"], {
      cwd: ROOT,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...ownEnvironment(), ...this.#settings, PORT: String(this.#port), SLUICE_DATA: this.#dataFolder },
    });
    this.#script = script;
    for (const stream of [script.stdout, script.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        this.#log = [...this.#log, ...text.split("\n")].slice(-LOG_LINES);
      });
    }
    for (const deadline = performance.now() + READY_TIMEOUT_MS; performance.now() < deadline; await wait(POLL_MS)) {
      if (hasEnded(script))
        throw new Error(`the router ended with ${script.signalCode ?? script.exitCode}:\n${this.log}`);
      if (await isAnswering(`${this.url}/readyz`)) return;
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
    while (!hasEnded(script)) await wait(GONE_POLL_MS);
    while (workerd !== undefined && isRunning(workerd)) await wait(GONE_POLL_MS);
  }

  /** Asks it to end, and resolves when it has. Does nothing when it does not run. */
  async stop(): Promise<void> {
    const script = this.#script;
    this.#script = undefined;
    script?.kill("SIGTERM");
    while (script !== undefined && !hasEnded(script)) await wait(GONE_POLL_MS);
  }

  get isRunning(): boolean {
    return this.#script !== undefined && !hasEnded(this.#script);
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

/** Without the caller's own settings, and without demo. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(SLUICE_|HOST$|NODE_OPTIONS$)/.test(name));
  // The first lets the start script end by itself should this process be killed.
  return { ...Object.fromEntries(inherited), npm_lifecycle_event: "start", SLUICE_DEMO: "off" };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
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

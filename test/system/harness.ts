/** Starts routers as real processes on free ports and temporary folders, and never leaves one behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll } from "vitest";
import { freePortPair } from "../kit/free-port.ts";

export const ROOT = resolve(import.meta.dirname, "../..");

const READY_TIMEOUT_MS = 20_000;
const POLL_MS = 20;

export interface RouterOptions {
  /** Without one, a folder of its own that is removed at the end. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Without one, a free port with a free port after it. */
  readonly port?: number;
  /** What to run instead of the start script of this tree. */
  readonly command?: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly readyTimeoutMs?: number;
}

export interface Router {
  readonly url: string;
  /** Where the event display listens when the demo is not switched off. */
  readonly displayUrl: string;
  readonly port: number;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything printed so far. */
  output(): string;
  /** Asks it to end; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Ends every process at once with SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** Starts again on the same port and folder, after `stop` or `kill`. */
  restart(): Promise<Router>;
}

const running = new Set<OwnedRouter>();
const folders = new Set<string>();

afterAll(async () => {
  await Promise.all([...running].map((router) => router.kill()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
});
process.on("exit", () => {
  for (const router of running) router.killNow();
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-system-"));
  folders.add(folder);
  return folder;
}

/** A router without demo, ready to be used. */
export async function startRouter(options: RouterOptions = {}): Promise<Router> {
  const router = new OwnedRouter({
    ...options,
    port: options.port ?? (await freePortPair()),
    dataDir: options.dataDir ?? temporaryFolder(),
  });
  running.add(router);
  await router.untilReady(options.readyTimeoutMs ?? READY_TIMEOUT_MS);
  return router;
}

class OwnedRouter implements Router {
  readonly url: string;
  readonly displayUrl: string;
  readonly port: number;
  readonly dataDir: string;
  readonly #options: RouterOptions;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  #output = "";

  constructor(options: RouterOptions & { readonly port: number; readonly dataDir: string }) {
    this.#options = options;
    this.port = options.port;
    this.dataDir = options.dataDir;
    this.url = `http://127.0.0.1:${options.port}`;
    this.displayUrl = `http://127.0.0.1:${options.port + 1}`;
    const [program, ...parameters] = options.command ?? [process.execPath, join(ROOT, "scripts", "start.mjs")];
    this.#child = spawn(program, parameters, {
      cwd: options.cwd ?? ROOT,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        // Lets the start script end by itself should this process be killed.
        npm_lifecycle_event: "start",
        SLUICE_DEMO: "off",
        ...options.env,
        PORT: String(options.port),
        SLUICE_DATA: options.dataDir,
      },
    });
    this.#child.stdout?.on("data", (chunk) => this.#note(chunk));
    this.#child.stderr?.on("data", (chunk) => this.#note(chunk));
    this.#exited = new Promise((done, fail) => {
      this.#child.on("exit", (code) => done(code));
      this.#child.on("error", fail);
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("the router was not started");
    return this.#child.pid;
  }

  output(): string {
    return this.#output;
  }

  async untilReady(timeoutMs: number): Promise<void> {
    for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await wait(POLL_MS)) {
      if (this.#child.exitCode !== null) {
        running.delete(this);
        throw new Error(`the router ended early:\n${this.#output}`);
      }
      if (this.#output.includes("Sluice is ready at")) return;
    }
    await this.kill();
    throw new Error(`the router was not ready after ${timeoutMs} ms:\n${this.#output}`);
  }

  async stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    const code = await this.#exited;
    running.delete(this);
    return code;
  }

  async kill(): Promise<void> {
    const workerd = this.#workerdPid();
    this.killNow();
    await this.#exited;
    while (workerd !== undefined && isRunning(workerd)) await wait(POLL_MS);
    running.delete(this);
  }

  /** workerd and its supervisor have a process group of their own. */
  killNow(): void {
    const workerd = this.#workerdPid();
    signal(-this.pid, "SIGKILL");
    if (workerd !== undefined) signal(workerd, "SIGKILL");
  }

  restart(): Promise<Router> {
    return startRouter({ ...this.#options, port: this.port, dataDir: this.dataDir });
  }

  /** The start script removes the file when it ends cleanly, so while it is there it names our workerd. */
  #workerdPid(): number | undefined {
    try {
      return Number.parseInt(readFileSync(join(this.dataDir, "workerd.pid"), "utf8"), 10) || undefined;
    } catch {
      return undefined;
    }
  }

  #note(chunk: Buffer): void {
    this.#output += chunk.toString("utf8");
  }
}

function isRunning(pid: number): boolean {
  try {
    // The field after the name in parentheses is the state; a zombie has ended.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}

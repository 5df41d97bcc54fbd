/** The router as `npm start` runs it, in a folder of its own. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../test/crash/crashing-router.ts";
import { type MeasuredServer, ROOT, untilAnswered } from "./measured-server.ts";

/** The first start may build the bundle. */
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 20;
/** Of what the router wrote, for the message when it does not start, characters. */
const LOG_CHARACTERS = 4_000;

/** Keeps its data in `folder`, which the caller removes. */
export async function startRouter(folder: string): Promise<MeasuredServer> {
  const port = await freePort();
  const script = spawn(process.execPath, ["scripts/start.mjs"], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: environment(port, folder),
  });
  let log = "";
  const note = (text: string): void => {
    log = (log + text).slice(-LOG_CHARACTERS);
  };
  script.stdout.setEncoding("utf8").on("data", note);
  script.stderr.setEncoding("utf8").on("data", note);
  const ended = new Promise<void>((resolve) => script.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    script.kill("SIGTERM");
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await Promise.race([
      untilAnswered(`${url}/readyz`, READY_TIMEOUT_MS),
      ended.then(() => Promise.reject(new Error("the router ended"))),
    ]);
    return { url, pid: await workerdPid(folder), stop };
  } catch (error) {
    await stop();
    throw new Error(`the router did not start:\n${log}`, { cause: error });
  }
}

/** Written by the start script. */
async function workerdPid(folder: string): Promise<number> {
  for (;;) {
    const pid = Number.parseInt(readFileSync(join(folder, "workerd.pid"), "utf8"), 10);
    if (pid > 0) return pid;
    await wait(POLL_MS);
  }
}

/** Without the caller's own settings. */
function environment(port: number, folder: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(SLUICE_|HOST$|NODE_OPTIONS$)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    // Lets the start script end by itself should this process be killed.
    npm_lifecycle_event: "start",
    PORT: String(port),
    SLUICE_DATA: folder,
    SLUICE_DEMO: "off",
  };
}

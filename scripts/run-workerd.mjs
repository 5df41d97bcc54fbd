/** Starts workerd under its supervisor and tells when it ends. */
import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { StartError } from "./start-error.mjs";

const STDERR = 2;

/**
 * `onStarted(pid)` is called before anything else can fail. Returns `ended`, which resolves with a description when
 * workerd is gone, and `stop`, which may be called more than once.
 */
export function runWorkerd({ root, configFile, environment, onStarted }) {
  const require = createRequire(join(root, "package.json"));
  const supervisor = fork(join(root, "scripts", "supervise.mjs"), [require("workerd").default, "serve", configFile], {
    detached: true,
    // The Worker's log goes to standard error: standard output is for people.
    stdio: ["ignore", STDERR, STDERR, "ipc"],
    env: { ...inherited(), ...environment },
  });
  const ended = new Promise((resolve) => {
    supervisor.on("message", (message) => {
      if (message.kind === "started") onStarted(message.pid);
      if (message.kind === "failed") resolve(`workerd could not be started: ${message.reason}`);
      if (message.kind === "exited") resolve(`workerd ended with ${message.signal ?? `code ${message.code}`}`);
    });
    supervisor.on("error", (error) => resolve(`the supervisor could not be started: ${error.message}`));
    supervisor.on("exit", () => resolve("the supervisor of workerd ended"));
  });
  return {
    ended,
    async stop() {
      if (supervisor.connected) supervisor.send("stop");
      await ended;
    },
  };
}

/** Resolves when the Worker says that it is ready; `ended` is what `runWorkerd` returned. */
export async function waitUntilReady({ url, ended, timeoutMs }) {
  let end;
  ended.then((reason) => {
    end = reason;
  });
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; ) {
    if (end !== undefined) throw new StartError(`${end} before it was ready; its messages are above.`);
    if (await saysReady(url)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new StartError(`The Worker did not become ready within ${timeoutMs / 1000} s; its messages are above.`);
}

async function saysReady(url) {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    return answer.status === 200 && (await answer.text()).trim() === "ok";
  } catch {
    // Not listening yet.
    return false;
  }
}

/** Nothing but what a program needs to run; the Worker reads no other variable. */
function inherited() {
  const names = ["PATH", "HOME", "TMPDIR", "TZ", "SSL_CERT_FILE", "SystemRoot"];
  return Object.fromEntries(names.filter((name) => name in process.env).map((name) => [name, process.env[name]]));
}

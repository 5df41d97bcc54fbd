/**
 * Stands between the start script and workerd, so that no way of ending the script leaves a workerd behind.
 *
 *   start script ──ipc──▶ supervisor ──▶ workerd        (the last two in a process group of their own)
 *
 * `stop` ends workerd gently and then by force. A closed channel means that the script was killed: workerd is killed
 * at once, which is safe, since everything it has acknowledged is on disk.
 */
import { spawn } from "node:child_process";

/** Time for requests in flight to end. */
const STOP_GRACE_MS = 2_000;

const [binary, ...options] = process.argv.slice(2);
const workerd = spawn(binary, options, { stdio: ["ignore", "inherit", "inherit"] });

workerd.on("error", (error) => tell({ kind: "failed", reason: error.message }, 1));
workerd.on("exit", (code, signal) => tell({ kind: "exited", code, signal }, 0));
if (workerd.pid !== undefined) process.send({ kind: "started", pid: workerd.pid });

process.on("message", (message) => {
  if (message === "stop") stop();
});
process.on("disconnect", () => workerd.kill("SIGKILL"));
process.on("SIGTERM", stop);
process.on("SIGINT", stop);

function stop() {
  workerd.kill("SIGTERM");
  setTimeout(() => workerd.kill("SIGKILL"), STOP_GRACE_MS).unref();
}

function tell(message, exitCode) {
  if (!process.connected) process.exit(exitCode);
  process.send(message, () => process.exit(exitCode));
}

/** Names a running process so that a number the system has given to another one since is not mistaken for it. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Text that stays the same while this process lives; undefined when no such process runs. */
export function processIdentity(pid) {
  if (!isAlive(pid)) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces; the fields after it are: state (3), ..., start time (22).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie holds no file and no port any more.
    return fields[0] === "Z" ? undefined : `${pid} ${fields[19]}`;
  } catch {
    // No /proc on this system, or the process has just ended: ask ps.
    const started = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).stdout?.trim();
    return started ? `${pid} ${started}` : undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

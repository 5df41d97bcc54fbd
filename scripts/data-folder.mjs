/**
 * The data folder: one router at a time may use it.
 *
 *   router.pid       identity of the start script that owns the folder
 *   workerd.pid      identity of the workerd it started
 *   workerd.capnp    generated configuration, without secrets
 *   worker.mjs       the bundle it runs
 *   encryption.key   made once; Secrets cannot be read without it
 *   objects/         Durable Objects
 *   demo.json, webhook.secret    see demo.mjs
 */
import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { processIdentity } from "./process-identity.mjs";
import { StartError } from "./start-error.mjs";

/** After a crash of the start script its workerd is ended within milliseconds; past this time it is ended here. */
const ORPHAN_GRACE_MS = 2_000;
const POLL_MS = 20;
const LOCK_ATTEMPTS = 10;
const KEY_BYTES = 32;

export class DataFolder {
  constructor(path) {
    this.path = path;
  }

  file(name) {
    return join(this.path, name);
  }

  /** Makes the folder readable to its owner alone and takes it for this process. */
  async open() {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    chmodSync(this.path, 0o700);
    mkdirSync(this.file("objects"), { recursive: true });
    this.#lock();
    await this.#endOrphan();
  }

  /** Gives the folder back; only while this process owns it. */
  close() {
    rmSync(this.file("workerd.pid"), { force: true });
    if (read(this.file("router.pid")) === processIdentity(process.pid))
      rmSync(this.file("router.pid"), { force: true });
  }

  rememberWorkerd(pid) {
    writeFileSync(this.file("workerd.pid"), processIdentity(pid) ?? "");
  }

  /** 32 random bytes in base64, made on first use and kept in a file only the owner can read. */
  secret(name) {
    const file = this.file(name);
    const kept = read(file);
    if (kept !== undefined && kept !== "") return kept;
    const secret = randomBytes(KEY_BYTES).toString("base64");
    // Moved into place: a crash must not leave half a key that Secrets were already sealed with.
    writeFileSync(`${file}.new`, secret, { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
    return secret;
  }

  #lock() {
    const lock = this.file("router.pid");
    const mine = this.file(`router.pid.${process.pid}`);
    writeFileSync(mine, processIdentity(process.pid) ?? "");
    try {
      for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
        if (linked(mine, lock)) return;
        const owner = read(lock);
        if (owner === undefined) continue;
        if (isRunning(owner)) {
          throw new StartError(
            `The data folder ${this.path} is in use by process ${owner.split(" ")[0]}. Stop it, or set SLUICE_DATA to another folder.`,
          );
        }
        discardStale(lock, owner);
      }
    } finally {
      rmSync(mine, { force: true });
    }
    throw new StartError(`The data folder ${this.path} could not be locked: several routers are starting in it.`);
  }

  /** A workerd whose start script was killed together with its supervisor still holds the port and the files. */
  async #endOrphan() {
    const orphan = read(this.file("workerd.pid"));
    if (orphan === undefined || !(await outlives(orphan, ORPHAN_GRACE_MS))) return;
    process.kill(Number(orphan.split(" ")[0]), "SIGKILL");
    if (await outlives(orphan, ORPHAN_GRACE_MS)) {
      throw new StartError(`An earlier workerd (process ${orphan.split(" ")[0]}) does not end; end it and try again.`);
    }
  }
}

/** Taking the name away is atomic, so of two starts that find the same stale lock only one removes it. */
function discardStale(lock, owner) {
  const taken = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, taken);
  } catch {
    // Another start was faster.
    return;
  }
  // It was not the stale one but the fresh lock of a faster start: put it back.
  if (read(taken) !== owner) linked(taken, lock);
  rmSync(taken, { force: true });
}

/** Unlike create-and-write, a link appears with its content. */
function linked(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

async function outlives(identity, graceMs) {
  for (const end = Date.now() + graceMs; Date.now() < end; await wait(POLL_MS)) {
    if (!isRunning(identity)) return false;
  }
  return true;
}

function isRunning(identity) {
  const pid = Number.parseInt(identity, 10);
  return pid > 0 && processIdentity(pid) === identity;
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

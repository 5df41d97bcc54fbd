/**
 * The router's Durable Objects seen from outside, by the files in its data folder: which are in memory, and what all of them
 * keep, with their alarms. Asking an object would wake it.
 *
 *   objects/<class>/<id>.sqlite        an object's rows; `-wal` is beside it while workerd has it open, which is while the
 *                                      object is in memory
 *   objects/<class>/metadata.sqlite    the alarms of a class; always open
 */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { withFolder } from "../test/kit/temporary-folder.ts";

const ALARMS = "metadata.sqlite";
/** An object that was woken stays in memory for about ten seconds, so that none comes and goes between two looks. */
const LOOK_EVERY_MS = 500;

export interface Watched {
  /** Objects that there were. */
  readonly objects: number;
  /** Of these, how many were in memory at some look: whatever wakes an object is billed. */
  readonly awake: number;
  /** Databases, those of alarms among them, whose rows were others in the end. */
  readonly changed: number;
}

/** Looks on for so long. */
export async function watchObjects(dataFolder: string, ms: number): Promise<Watched> {
  const before = await contentsOf(dataFolder);
  const awake = new Set<string>();
  for (const untilMs = performance.now() + ms; ; await wait(LOOK_EVERY_MS)) {
    for (const object of objectsAwake(dataFolder)) awake.add(object);
    if (performance.now() >= untilMs) break;
  }
  const after = await contentsOf(dataFolder);
  const all = [...new Set([...before.keys(), ...after.keys()])];
  return {
    objects: all.filter(isObject).length,
    awake: awake.size,
    changed: all.filter((path) => before.get(path) !== after.get(path)).length,
  };
}

/** Waits until no object is in memory, or for so long. */
export async function untilAsleep(dataFolder: string, ms: number): Promise<void> {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs; await wait(LOOK_EVERY_MS)) {
    if (objectsAwake(dataFolder).length === 0) return;
  }
}

function objectsAwake(dataFolder: string): readonly string[] {
  return databasesIn(dataFolder).filter((path) => isObject(path) && existsSync(`${path}-wal`));
}

function isObject(path: string): boolean {
  return !path.endsWith(`/${ALARMS}`);
}

function databasesIn(dataFolder: string): readonly string[] {
  const names = readdirSync(join(dataFolder, "objects"), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".sqlite")).map((name) => join(dataFolder, "objects", name));
}

/** By path, a digest of all rows. They are read from copies: workerd's own files are neither locked nor changed. */
function contentsOf(dataFolder: string): Promise<ReadonlyMap<string, string>> {
  return withFolder(async (folder) => {
    const digests = databasesIn(dataFolder).map((path, index) => {
      const copy = join(folder, `${index}.sqlite`);
      copyFileSync(path, copy);
      if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
      return [path, digestOf(copy)] as const;
    });
    return new Map(digests);
  });
}

function digestOf(path: string): string {
  const database = new DatabaseSync(path);
  const hash = createHash("sha256");
  try {
    for (const { name, sql } of database.prepare(TABLES).all()) {
      hash.update(`${sql}\n`);
      const rows = database.prepare(`SELECT * FROM "${name}"`);
      // Alarms are nanoseconds, which no number holds.
      rows.setReadBigInts(true);
      for (const row of rows.iterate()) for (const value of Object.values(row)) hash.update(textOf(value));
    }
  } finally {
    database.close();
  }
  return hash.digest("hex");
}

const TABLES = "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name";

/** With its length, so that no two rows read the same. */
function textOf(value: SQLOutputValue): string {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
  return `${typeof value} ${text.length} ${text}\n`;
}

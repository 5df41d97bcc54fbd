/** Writes the figures of a run to a file below `bench/`, for the page that shows them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export function writeRecord(path: string, record: Readonly<Record<string, unknown>>): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(record, undefined, 2)}\n`);
}

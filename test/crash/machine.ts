/** Where figures were measured. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";

const BYTES_PER_GB = 1024 ** 3;

export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryGb: number;
  readonly node: string;
  readonly workerd: string;
}

export function thisMachine(): Machine {
  const cores = cpus();
  const manifest = createRequire(import.meta.url).resolve("workerd/package.json");
  return {
    cores: cores.length,
    model: cores[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round(totalmem() / BYTES_PER_GB),
    node: process.versions.node,
    workerd: JSON.parse(readFileSync(manifest, "utf8")).version,
  };
}

/** The machine that a record was made on. */
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";

export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryGb: number;
  readonly node: string;
  readonly workerd: string;
}

const BYTES_PER_GB = 1e9;

export function thisMachine(): Machine {
  const workerd: { readonly version: string } = createRequire(import.meta.url)("workerd/package.json");
  return {
    cores: cpus().length,
    model: cpus()[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round((totalmem() / BYTES_PER_GB) * 10) / 10,
    node: process.versions.node,
    workerd: workerd.version,
  };
}

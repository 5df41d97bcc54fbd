/** The kubectl of this machine, and every other version of it in the same folder (`kubectl.1.33` beside `kubectl`). */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

export interface Kubectl {
  readonly name: string;
  readonly path: string;
}

/** Empty where there is none. */
export function findKubectls(): readonly Kubectl[] {
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "kubectl"));
  const own = onPath.find((path) => existsSync(path));
  if (own === undefined) return [];
  const folder = dirname(realpathSync(own));
  const versions = readdirSync(folder).filter((name) => /^kubectl\.\d+\.\d+$/.test(name));
  const beside = versions.sort().map((name) => ({ name, path: join(folder, name) }));
  return [{ name: "kubectl", path: own }, ...beside];
}

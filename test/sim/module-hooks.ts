/**
 * Changes product modules while they are loaded: makes the channel's bounds settable, and plants a bug where one is
 * asked for. What is on the disk, and what is deployed, knows nothing of it.
 */
import { registerHooks } from "node:module";
import { CANARIES, type Canary } from "./canaries.ts";

const LIMITS = "/src/channel/limits.ts";
const CONSTANT = /^export const (\w+)/gm;

export function changeModules(canary: Canary | undefined): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (url.endsWith(LIMITS)) return { ...loaded, source: settable(String(loaded.source)) };
      if (canary === undefined || !url.endsWith(`/${canary.file}`)) return loaded;
      return { ...loaded, source: planted(String(loaded.source), canary) };
    },
  });
}

export function canaryNamed(name: string | undefined): Canary | undefined {
  const canary = CANARIES.find((each) => each.name === name);
  if (name !== undefined && canary === undefined) throw new Error(`no canary is called ${name}`);
  return canary;
}

/** The patch must find its place, once. */
export function planted(source: string, { name, original, replacement }: Canary): string {
  if (source.split(original).length !== 2) throw new Error(`the canary "${name}" does not fit its module any more`);
  return source.replace(original, () => replacement);
}

/** Importers see the change, because what they import is a live binding. */
function settable(source: string): string {
  const names = [...source.matchAll(CONSTANT)].map(([, name]) => name);
  const cases = names.map((name) => `if ("${name}" in values) ${name} = values.${name};`).join("\n");
  return `${source.replaceAll(CONSTANT, "export let $1")}
export const originalLimits = { ${names.join(", ")} };
export function setLimits(values) { ${cases} }
`;
}

/** The parts of `wrangler.toml` that a router on one machine needs; anything it cannot honour stops the start. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "./start-error.mjs";

/** Queues and crons have no counterpart in plain workerd: wake-ups are direct and the control plane's alarm pokes. */
const UNUSED_HERE = ["name", "workers_dev", "rules", "migrations", "queues", "triggers", "observability", "$schema"];
const READ_HERE = [
  "main",
  "compatibility_date",
  "compatibility_flags",
  "durable_objects",
  "keep_names",
  "services",
  "vars",
];

export async function readWranglerConfig(root) {
  const { parse } = await import("smol-toml");
  const toml = parse(readFileSync(join(root, "wrangler.toml"), "utf8"));
  const unknown = Object.keys(toml).filter((key) => !UNUSED_HERE.includes(key) && !READ_HERE.includes(key));
  if (unknown.length > 0) {
    throw new StartError(`wrangler.toml: ${unknown.join(", ")} is not supported by the start script yet.`);
  }
  return {
    name: toml.name,
    main: toml.main,
    keepNames: toml.keep_names ?? true,
    compatibilityDate: toml.compatibility_date,
    compatibilityFlags: toml.compatibility_flags ?? [],
    durableObjects: (toml.durable_objects?.bindings ?? []).map((each) => ({
      binding: each.name,
      className: each.class_name,
    })),
    services: (toml.services ?? []).map((each) => ownEntrypoint(toml.name, each)),
    variables: textVariables(toml.vars ?? {}),
  };
}

function ownEntrypoint(ownName, { binding, service, entrypoint }) {
  if (service === ownName) return { binding, entrypoint };
  throw new StartError(`wrangler.toml: service binding ${binding} names another Worker, which does not run here.`);
}

function textVariables(vars) {
  for (const [name, value] of Object.entries(vars)) {
    if (typeof value !== "string") throw new StartError(`wrangler.toml: the variable ${name} must be a string.`);
  }
  return vars;
}

/** Workers that `wrangler.toml` binds to this one, by the name of the binding, for subscribers that are reached through them. */
import type { Env } from "../environment.ts";

/** The router's own parts are nobody's subscribers. */
const OWN: readonly string[] = ["CHANNEL", "CONTROL_PLANE", "COURIER", "WAKE_UPS"] satisfies readonly (keyof Env)[];

export interface ServiceBinding {
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** Undefined where no such binding is declared. */
export function serviceBinding(env: Env, name: string): ServiceBinding | undefined {
  if (OWN.includes(name)) return undefined;
  const bound: unknown = Object.hasOwn(env, name) ? Reflect.get(env, name) : undefined;
  return isServiceBinding(bound) ? bound : undefined;
}

function isServiceBinding(value: unknown): value is ServiceBinding {
  return typeof value === "object" && value !== null && "fetch" in value && typeof value.fetch === "function";
}

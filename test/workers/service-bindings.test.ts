import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import type { Env as Bindings } from "../../src/environment.ts";
import { serviceBinding } from "../../src/platform/service-bindings.ts";

declare global {
  namespace Cloudflare {
    interface Env extends Bindings {}
  }
}

test("[BND-1] a Worker is found by the name of its binding; the router's own parts and everything else are not", () => {
  const bound = { ...env, ORDERS: env.COURIER, TEXT: "x" };
  const names = ["ORDERS", "COURIER", "CHANNEL", "CONTROL_PLANE", "WAKE_UPS", "TEXT", "MISSING", "toString"];
  expect(names.filter((name) => serviceBinding(bound, name) !== undefined)).toEqual(["ORDERS"]);
});

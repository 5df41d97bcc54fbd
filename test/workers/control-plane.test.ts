import { env, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { ControlPlane } from "../../src/control-plane/durable-object.ts";
import type { Env as Bindings } from "../../src/environment.ts";

const BROKERS = "http://sluice.test/apis/eventing.knative.dev/v1/namespaces/default/brokers";

declare global {
  namespace Cloudflare {
    interface Env extends Bindings {}
  }
}

/** Works on the object's storage with an instance of its own, as after a restart, that knows a token. */
function restarted<T>(work: (object: ControlPlane, state: DurableObjectState) => Promise<T>): Promise<T> {
  const stub = env.CONTROL_PLANE.getByName("control-plane");
  return runInDurableObject(stub, (_, state) =>
    work(new ControlPlane(state, { ...env, SLUICE_ADMIN_TOKEN: "token" }), state),
  );
}

function call(method: string, path: string, body?: object): Promise<{ code: number; body: unknown; alarm: boolean }> {
  return restarted(async (object, state) => {
    const headers = { authorization: "Bearer token", "content-type": "application/json" };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const answer = await object.fetch(new Request(`${BROKERS}${path}`, init));
    return { code: answer.status, body: await answer.json(), alarm: (await state.storage.getAlarm()) !== null };
  });
}

describe("[CP-DO] the object on the real runtime", () => {
  test("[CP-DO-1] without a token it is closed", async () => {
    const answer = await env.CONTROL_PLANE.getByName("control-plane").fetch(BROKERS);
    expect([answer.status, await answer.json()]).toMatchObject([403, { kind: "Status", reason: "Forbidden" }]);
  });

  test("[CP-DO-2] a Broker becomes Ready through the alarm; its channel has taken the configuration", async () => {
    const stub = env.CONTROL_PLANE.getByName("control-plane");
    const manifest = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name: "b" } };
    expect(await call("POST", "", manifest)).toMatchObject({ code: 201, alarm: true });
    await restarted((object) => object.alarm());
    const read = await call("GET", "/b");
    expect(read.body).toMatchObject({
      status: {
        address: { url: "http://sluice.test/default/b" },
        observedGeneration: 1,
        conditions: expect.arrayContaining([expect.objectContaining({ type: "Ready", status: "True" })]),
      },
    });
    expect(await env.CHANNEL.getByName("default/broker/b").operate({ verb: "stats" })).toMatchObject({ kind: "ok" });
    expect(await stub.webhookSource("default", "none")).toEqual({ kind: "not-found" });
    expect(await call("DELETE", "/b")).toMatchObject({ code: 200, alarm: true });
    await restarted((object) => object.alarm());
    const gone = await env.CHANNEL.getByName("default/broker/b").operate({ verb: "stats" });
    expect(gone).toMatchObject({ kind: "not-found" });
  });
});

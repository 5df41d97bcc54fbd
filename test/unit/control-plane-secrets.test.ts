import { describe, expect, test } from "vitest";
import { BROKERS, broker, KEY, SECRETS, SOURCES, secret, World } from "./control-plane-world.ts";

const VALUE = "hunter2-hunter2";
const applied = { "kubectl.kubernetes.io/last-applied-configuration": `{"stringData":{"token":"${VALUE}"}}` };

/** Everything in the database, as text. */
function atRest(world: World): string {
  const tables = ["object", "change", "channel", "setting"];
  const rows = tables.flatMap((table) => world.database.prepare(`SELECT * FROM ${table}`).all());
  return JSON.stringify(rows, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
  );
}

describe("[CP-SEC] Secrets", () => {
  test("[CP-SEC-1] without a key a Secret is refused, saying what to set", async () => {
    const world = new World();
    for (const encryptionKey of ["", "short", "%"]) {
      const refused = await new World({ encryptionKey }).request("POST", SECRETS, secret("s", { token: VALUE }));
      expect([refused.code, refused.body.message]).toEqual([403, expect.stringContaining("SLUICE_ENCRYPTION_KEY")]);
    }
    expect((await world.request("POST", SECRETS, secret("s", {}))).code).toBe(403);
  });

  test("[CP-SEC-6] two requests that delete the same collection at once both succeed", async () => {
    const world = new World({ encryptionKey: KEY });
    for (const name of ["a", "b", "c"]) await world.request("POST", SECRETS, secret(name, { token: VALUE }));
    const answers = await Promise.all([world.request("DELETE", SECRETS), world.request("DELETE", SECRETS)]);
    expect(answers.map(({ code, body }) => [code, body.items.length])).toEqual([
      [200, 3],
      [200, 0],
    ]);
    expect((await world.request("GET", SECRETS)).body.items).toEqual([]);
  });

  test("[CP-SEC-2] comes back whole and rests sealed, kubectl's copy included", async () => {
    const world = new World({ encryptionKey: KEY });
    const created = await world.request(
      "POST",
      SECRETS,
      secret("s", { token: VALUE, empty: "" }, { annotations: applied }),
    );
    expect(created.code).toBe(201);
    const read = await world.request("GET", `${SECRETS}/s`);
    expect(read.body).toEqual(created.body);
    expect(read.body).toMatchObject({
      type: "Opaque",
      data: { token: Buffer.from(VALUE).toString("base64"), empty: "" },
      metadata: { annotations: applied },
    });
    expect(read.body.stringData).toBeUndefined();
    const text = atRest(world) + world.lines.join();
    expect(text).toContain('\\"token\\"');
    expect(text).not.toContain(VALUE);
    expect(text).not.toContain(Buffer.from(VALUE).toString("base64"));
  });

  test("[CP-SEC-3] the same write again changes nothing; every other write is sealed anew", async () => {
    const world = new World({ encryptionKey: KEY });
    const created = await world.request("POST", SECRETS, secret("s", { token: VALUE }));
    const same = await world.request("PATCH", `${SECRETS}/s`, { stringData: { token: VALUE } });
    expect(same.body).toEqual(created.body);
    const changed = await world.request("PATCH", `${SECRETS}/s`, { data: { token: null, other: "eA==" } });
    expect(changed.body.data).toEqual({ other: "eA==" });
    expect((await world.request("GET", SECRETS)).body.items).toEqual([changed.body]);
  });

  test("[CP-SEC-4] another key reads nothing but may delete; values show in no error", async () => {
    const world = new World({ encryptionKey: KEY });
    await world.request("POST", SECRETS, secret("s", { token: VALUE }));
    world.database.exec("UPDATE object SET sealed = zeroblob(60) WHERE resource = 'secrets'");
    const unreadable = await world.request("GET", `${SECRETS}/s`);
    expect([unreadable.code, unreadable.body.reason]).toEqual([503, "ServiceUnavailable"]);
    expect((await world.request("DELETE", `${SECRETS}/s`)).body.status).toBe("Success");
    for (const [data, code] of [
      [{ token: VALUE }, 400],
      [{ token: [VALUE] }, 422],
    ] as const) {
      const refused = await world.request("POST", SECRETS, { ...secret("s", {}), data });
      expect(refused.code).toBe(code);
      expect(JSON.stringify(refused.body)).not.toContain(VALUE);
    }
  });

  test("[CP-SEC-5] an immutable Secret stays as it is", async () => {
    const world = new World({ encryptionKey: KEY });
    await world.request("POST", SECRETS, { ...secret("s", { a: "1" }), immutable: true });
    expect((await world.request("PATCH", `${SECRETS}/s`, { stringData: { a: "2" } })).code).toBe(400);
    expect((await world.request("PATCH", `${SECRETS}/s`, { metadata: { labels: { a: "b" } } })).code).toBe(200);
  });
});

describe("[CP-HOOK] webhook look-up", () => {
  const source = {
    apiVersion: "sources.knative.dev/v1alpha1",
    kind: "GitHubSource",
    metadata: { name: "gh" },
    spec: {
      ownerAndRepository: "o/r",
      eventTypes: ["push"],
      secretToken: { secretKeyRef: { name: "s", key: "token" } },
      sink: { ref: { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "b" } },
      ceOverrides: { extensions: { team: "x" } },
    },
  };

  test("[CP-HOOK-1] says what is missing, then gives secrets and channel", async () => {
    const world = new World({ encryptionKey: KEY });
    const look = () => world.engine.webhookSource("default", "gh");
    expect(await look()).toEqual({ kind: "not-found" });
    const created = await world.request("POST", SOURCES, source);
    expect(created.code).toBe(201);
    expect(await look()).toEqual({ kind: "not-ready", reason: "Secret default/s does not exist" });
    await world.request("POST", SECRETS, secret("s", { token: "" }));
    expect(await look()).toMatchObject({ kind: "not-ready" });
    await world.request("PATCH", `${SECRETS}/s`, { stringData: { token: "new", "token-previous": "old" } });
    expect(await look()).toMatchObject({ kind: "not-ready", reason: expect.stringContaining('"b" not found') });
    await world.request("POST", BROKERS, broker("b"));
    expect(await look()).toEqual({
      kind: "ready",
      sourceUid: created.body.metadata.uid,
      channel: "default/broker/b",
      secrets: ["new", "old"],
      ownerAndRepository: "o/r",
      overrides: { team: "x" },
    });
    await world.settle();
    const { status } = (await world.request("GET", `${SOURCES}/gh`)).body;
    expect(status.webhookUrl).toBe("http://sluice.test/default/webhooks/gh");
    expect(status.sinkUri).toBe("http://sluice.test/default/b");
    expect(status.ceAttributes).toEqual([{ type: "dev.knative.source.github.push", source: "https://github.com/o/r" }]);
    expect(status.conditions.map((each: { type: string; status: string }) => [each.type, each.status])).toEqual([
      ["Ready", "True"],
      ["SecretsProvided", "True"],
      ["SinkProvided", "True"],
      ["WebhookConfigured", "True"],
    ]);
  });
});

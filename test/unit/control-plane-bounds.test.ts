/** How long what clients write, and what statuses say of it, may be. */
import { describe, expect, test } from "vitest";
import { BROKERS, broker, TRIGGERS, trigger, World } from "./control-plane-world.ts";

/** `http://[…` is no URL that can be parsed, so that the status quotes it. */
const unusable = (characters: number) => `http://[${'"'.repeat(characters - "http://[".length)}`;

const subscribedTo = (subscriber: object) => trigger("t", { subscriber });
const broken = (name: string) => ({ ref: { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name } });

async function messagesOf(world: World, path: string): Promise<readonly string[]> {
  const { status } = (await world.request("GET", path)).body;
  return status.conditions.map(({ message }) => message ?? "");
}

describe("[CP-BND] bounds of what is written and said", () => {
  test("[CP-BND-1] a URI has 8,192 characters, and an error quotes its beginning alone", async () => {
    const world = new World();
    const refused = await world.request("POST", TRIGGERS, subscribedTo({ uri: unusable(8193) }));
    expect([refused.code, refused.body.message]).toEqual([
      400,
      `validation failed: invalid value: http://[${'"'.repeat(56)}…: spec.subscriber.uri\nexpected at most 8192 characters`,
    ]);
    expect((await world.request("POST", TRIGGERS, subscribedTo({ uri: unusable(8192) }))).code).toBe(201);
  });

  test("[CP-BND-6] so have the addresses that a channel names itself", async () => {
    const world = new World();
    const uri = `http://sink.test/${"x".repeat(8192)}`;
    const manifest = {
      apiVersion: "messaging.knative.dev/v1",
      kind: "InMemoryChannel",
      metadata: { name: "c" },
      spec: { subscribers: [{ uid: "u", subscriberUri: uri, replyUri: uri }] },
    };
    const path = "/apis/messaging.knative.dev/v1/namespaces/default/inmemorychannels";
    const { code, body } = await world.request("POST", path, manifest);
    const paths = ["replyURI", "subscriberURI"].map((name) => `spec.subscribable.subscriber[0].${name}`);
    expect([code, body.message]).toEqual([
      400,
      `validation failed: invalid value: ${uri.slice(0, 64)}…: ${paths.join(", ")}\nexpected at most 8192 characters`,
    ]);
  });

  test("[CP-BND-2] a reference has the 253 characters of a name", async () => {
    const world = new World();
    const refused = await world.request("POST", TRIGGERS, subscribedTo(broken("n".repeat(254))));
    expect([refused.code, refused.body.message]).toEqual([
      400,
      `validation failed: invalid value: ${"n".repeat(64)}…: spec.subscriber.ref.name\nexpected at most 253 characters`,
    ]);
    expect((await world.request("POST", TRIGGERS, subscribedTo(broken("n".repeat(253))))).code).toBe(201);
  });

  test("[CP-BND-3] a condition's message has 1,024 characters, and says that there was more", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    await world.request("POST", TRIGGERS, subscribedTo({ uri: unusable(8192) }));
    await world.settle();
    const said = 'URI is not absolute (both scheme and host should be non-empty): "http://[';
    const cut = "… (cut off here)";
    const message = `${said}${'\\"'.repeat(512)}`.slice(0, 1024 - cut.length) + cut;
    const messages = await messagesOf(world, `${TRIGGERS}/t`);
    expect(messages.filter((each) => each.length > 100)).toEqual([message, message]);
  });

  test("[CP-BND-4] so has what holds a namespace that is to go", async () => {
    const world = new World();
    const metadata = { name: "team" };
    await world.request("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata });
    const finalizers = Array.from({ length: 100 }, (_, index) => `example.com/${"x".repeat(50)}-${index}`);
    await world.request("POST", "/api/v1/namespaces/team/configmaps", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "held", finalizers },
    });
    await world.request("DELETE", "/api/v1/namespaces/team");
    await world.settle();
    const messages = await messagesOf(world, "/api/v1/namespaces/team");
    expect(messages.map((message) => message.length)).toEqual([expect.any(Number), 1024]);
  });

  test("[CP-BND-5] a long status does not forbid a change of the rest", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    const conditions = [{ type: "Long", status: "True", message: "m".repeat(400_000) }];
    expect((await world.request("PATCH", `${BROKERS}/b/status`, { status: { conditions } })).code).toBe(200);
    const annotations = { filler: "f".repeat(200_000) };
    expect((await world.request("PATCH", `${BROKERS}/b`, { metadata: { annotations } })).code).toBe(200);
  });
});

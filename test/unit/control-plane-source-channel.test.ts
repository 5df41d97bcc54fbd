import { describe, expect, test } from "vitest";
import { FlowWorld, ref } from "./control-plane-flow-world.ts";
import { BROKERS, broker, conditions, KEY, SECRETS, SOURCES, secret } from "./control-plane-world.ts";

const own = "default/source/g";
const uri = "http://sink.test/";
const toBroker = { ref: { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "b" } };

async function sourceTo(sink: object): Promise<FlowWorld> {
  const world = new FlowWorld({ encryptionKey: KEY });
  await world.request("POST", SECRETS, secret("hook", { token: "long and random" }));
  await world.create("Sequence", "s", { steps: [{ uri }] });
  await createSource(world, sink);
  await world.settle();
  return world;
}

async function createSource(world: FlowWorld, sink: object): Promise<void> {
  const secretToken = { secretKeyRef: { name: "hook", key: "token" } };
  const created = await world.request("POST", SOURCES, {
    apiVersion: "sources.knative.dev/v1alpha1",
    kind: "GitHubSource",
    metadata: { name: "g" },
    spec: { ownerAndRepository: "o/r", eventTypes: ["push"], secretToken, sink },
  });
  if (created.code !== 201) throw new Error(created.body.message);
}

async function retarget(world: FlowWorld, sink: object): Promise<void> {
  await world.request("PATCH", `${SOURCES}/g`, { spec: { sink: { ref: null, uri: null, ...sink } } });
  await world.settle();
}

async function readiness(world: FlowWorld) {
  return conditions((await world.request("GET", `${SOURCES}/g`)).body);
}

const lookUp = async (world: FlowWorld) => {
  const found = await world.engine.webhookSource("default", "g");
  return found.kind === "ready" ? found.channel : found;
};

describe("[CP-SCH] sinks of webhook sources", () => {
  test("[CP-SCH-1] events for a URL are kept in a channel of the source's own, which tries as a Broker does", async () => {
    const world = await sourceTo({ uri });
    expect([await readiness(world), await lookUp(world)]).toEqual([
      {
        ChannelReady: "True",
        Ready: "True",
        SecretsProvided: "True",
        SinkProvided: "True",
        WebhookConfigured: "True ConfiguredByHand",
      },
      own,
    ]);
    expect(world.routes(own)).toEqual([`g: ${uri}`]);
    expect(world.configured.get(own)?.subscriptions[0]?.delivery).toMatchObject({
      retry: 10,
      backoffPolicy: "exponential",
      backoffDelayMs: 200,
    });
  });

  test("[CP-SCH-6] a source that is made anew takes nothing into the channel of the one before it, which goes", async () => {
    const world = await sourceTo({ uri });
    await world.request("DELETE", `${SOURCES}/g`);
    await createSource(world, { uri });
    expect(await lookUp(world)).not.toBe(own);
    await world.settle();
    await world.pass(1_000);
    expect(await lookUp(world)).toBe(own);
  });

  test("[CP-SCH-2] events for a Sequence go to its channel; the source's own stands by", async () => {
    const world = await sourceTo(ref("Sequence", "s"));
    expect([(await readiness(world)).Ready, await lookUp(world), world.routes(own)]).toEqual([
      "True",
      "default/sequence/s",
      ["g: default/sequence/s"],
    ]);
  });

  test("[CP-SCH-3] moved from a URL to a Broker, what the source still holds goes there, and so does what still comes to it", async () => {
    const world = await sourceTo({ uri });
    await world.request("POST", BROKERS, broker("b"));
    await retarget(world, toBroker);
    const settled = [{ draining: undefined, routes: ["g: default/broker/b"] }, "default/broker/b", "True"];
    const seen = async () => [
      { draining: world.configured.get(own)?.draining, routes: world.routes(own) },
      await lookUp(world),
      (await readiness(world)).Ready,
    ];
    expect(await seen()).toEqual(settled);
    await world.pass(200_000);
    expect(await seen()).toEqual(settled);
  });

  test("[CP-SCH-5] while somebody switches sinks, events go to a channel that takes them", async () => {
    const world = await sourceTo({ uri });
    await world.request("POST", BROKERS, broker("b"));
    const takes = async () => world.configured.has(String(await lookUp(world)));
    for (const sink of [toBroker, { uri }, ref("Sequence", "s"), { uri }]) {
      const patched = { spec: { sink: { ref: null, uri: null, ...sink } } };
      world.failure = "no route";
      await world.request("PATCH", `${SOURCES}/g`, patched);
      expect([sink, "written", await takes()]).toEqual([sink, "written", true]);
      await world.settle();
      expect([sink, "not pushed", await takes()]).toEqual([sink, "not pushed", true]);
      world.failure = undefined;
      await world.pass(100_000);
      expect([sink, "pushed", await takes()]).toEqual([sink, "pushed", true]);
    }
  });

  test("[CP-SCH-4] while the sink does not resolve, what the source holds waits", async () => {
    const world = await sourceTo({ uri });
    await retarget(world, ref("Sequence", "none"));
    expect([world.routes(own), (await readiness(world)).Ready]).toEqual([["g: paused"], "False NotFound"]);
  });
});

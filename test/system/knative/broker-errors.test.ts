/** What becomes of events whose subscriber fails, as Knative's tests have it, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Router, startRouter } from "../harness.ts";
import { closedUrl, type ReceivedRequest } from "../sink.ts";
import { BrokerSpace } from "./broker-space.ts";
import { dropsFibonacci, dropsFirst } from "./sink-answers.ts";

const REDELIVERY = { retry: 5, backoffPolicy: "linear", backoffDelay: "PT1S" };
/** How much earlier than asked a timer of the operating system may fire. */
const TIMER_SLACK_MS = 20;
const ERROR_BODY = '{ "message": "catastrophic failure" }';

describe.concurrent("[KB] a Broker's failing subscribers", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[KB-70] brokerRedeliveryFibonacci(5): an event that a subscriber drops by Fibonacci's numbers arrives", async () => {
    const space = await BrokerSpace.start(router, "fibonacci", { delivery: REDELIVERY });
    space.sink.answer("/t", dropsFibonacci());
    await space.trigger("t");
    await space.post("1");
    expect(await space.received(4)).toEqual({ t: Array(4).fill("1") });
    expect(await space.settled()).toMatchObject({ t: { delivered: 1, failedAttempts: 3 } });
    expectLinearBackoff(space.sink.requestsTo("/t"));
  });

  test("[KB-71] brokerRedeliveryDropN(5,5): an event that a subscriber drops five times arrives at the sixth", async () => {
    const space = await BrokerSpace.start(router, "drop-n", { delivery: REDELIVERY });
    space.sink.answer("/t", dropsFirst(5));
    await space.trigger("t");
    await space.post("1");
    expect(await space.received(6)).toEqual({ t: Array(6).fill("1") });
    expect(await space.settled()).toMatchObject({ t: { delivered: 1, failedAttempts: 5 } });
    expectLinearBackoff(space.sink.requestsTo("/t"));
  });

  test("[KB-72] brokerSubscriberUnreachable: the dead letter names the subscriber that cannot be reached", async () => {
    const space = await BrokerSpace.start(router, "unreachable");
    const uri = (await closedUrl()).slice(0, -"/".length);
    await space.trigger("t", { subscriber: { uri }, delivery: { deadLetterSink: space.flow.to("dead") } });
    await space.post("1");
    expect(await space.received(1)).toEqual({ dead: ["1"] });
    expect(errorExtensions(space.sink.requestsTo("/dead"))).toEqual([
      { dest: uri, code: "500", data: expect.stringMatching(/./) },
    ]);
  });

  test("[KB-73] brokerSubscriberErrorNodata: the dead letter says who refused it and how", async () => {
    const space = await BrokerSpace.start(router, "no-data");
    space.sink.answer("/failer", dropsFirst(1, { status: 422 }));
    await space.trigger("failer", { delivery: { deadLetterSink: space.flow.to("dead") } });
    await space.post("1");
    expect(await space.received(2)).toEqual({ failer: ["1"], dead: ["1"] });
    expect(errorExtensions(space.sink.requestsTo("/dead"))).toEqual([
      { dest: space.flow.to("failer").uri, code: "422", data: "" },
    ]);
  });

  test("[KB-74] brokerSubscriberErrorWithdata: the dead letter has the refusal's body with it", async () => {
    const space = await BrokerSpace.start(router, "with-data");
    space.sink.answer("/failer", dropsFirst(1, { status: 422, body: ERROR_BODY }));
    await space.trigger("failer", { delivery: { deadLetterSink: space.flow.to("dead") } });
    await space.post("1");
    expect(await space.received(2)).toEqual({ failer: ["1"], dead: ["1"] });
    expect(errorExtensions(space.sink.requestsTo("/dead"))).toEqual([
      { dest: space.flow.to("failer").uri, code: "422", data: ERROR_BODY },
    ]);
  });

  test("[KB-75] SourceToSinkWithDLQ: what a Trigger cannot send comes to the Broker's dead letter sink", async () => {
    const space = await BrokerSpace.withoutBroker(router, "broker-dls");
    await space.flow.create("Broker", "b", { delivery: { deadLetterSink: space.flow.to("dead") } });
    await space.trigger("t", { subscriber: { uri: "bad://uri" } });
    await space.post("1");
    expect(await space.received(1)).toEqual({ dead: ["1"] });
    expect(space.sink.requestsTo("/dead")[0]?.headers["ce-knativeerrordest"]).toBe("bad://uri");
  });

  test("[KB-76] SourceToSinkWithFlakyDLQ: events that a flaky subscriber drops are dead letters, the next one is not", async () => {
    const space = await BrokerSpace.withoutBroker(router, "flaky");
    await space.flow.create("Broker", "b", { delivery: { deadLetterSink: space.flow.to("dead") } });
    space.sink.answer("/flaky", dropsFirst(2));
    await space.trigger("flaky");
    for (const [index, id] of ["1", "2", "3"].entries()) {
      await space.post(id);
      // One after the other, so that the first two are those that are dropped.
      await space.flow.arrived("flaky", index + 1);
    }
    expect(await space.received(5)).toEqual({ flaky: ["1", "2", "3"], dead: ["1", "2"] });
    expect(await space.settled()).toMatchObject({ flaky: { delivered: 1, deadLettered: 2 } });
  });
});

/** Each attempt comes one delay later after the one before it than that one did. */
function expectLinearBackoff(attempts: readonly ReceivedRequest[]): void {
  const gaps = attempts.slice(1).map(({ atMs }, index) => atMs - (attempts[index]?.atMs ?? 0));
  for (const [index, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual((index + 1) * 1000 - TIMER_SLACK_MS);
}

function errorExtensions(deadLetters: readonly ReceivedRequest[]) {
  return deadLetters.map(({ headers }) => ({
    dest: headers["ce-knativeerrordest"],
    code: headers["ce-knativeerrorcode"],
    data: Buffer.from(String(headers["ce-knativeerrordata"]), "base64").toString("utf8"),
  }));
}

/** What became of one event, asked of a real router over HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { traceShape } from "../kit/trace-shape.ts";
import { answeredWith, FlowNamespace } from "./flow-namespace.ts";
import { type Router, startRouter } from "./harness.ts";

const RETRIES = { retry: 1, backoffPolicy: "linear", backoffDelay: "PT0.05S" };

describe("[TRS] traces", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[TRS-1] an event's way from a Broker through a Sequence and back, and what its other Triggers did with it", async () => {
    const space = await FlowNamespace.start(router, "traced");
    await space.create("Broker", "b");
    let refusals = 1;
    space.sink.answer("/flaky", () => ({ status: refusals-- > 0 ? 503 : 202 }));
    space.sink.answer("/broken", () => ({ status: 500 }));
    space.sink.answer("/last", (request) => {
      const answer = answeredWith(request, "done");
      return { ...answer, headers: { ...answer.headers, "ce-type": "done" } };
    });
    const steps = [space.appends("first", "-first"), space.to("last")];
    await space.create("Sequence", "s", { steps, reply: space.ref("Broker", "b") });
    const trigger = (name: string, type: string, spec: object) =>
      space.create("Trigger", name, { broker: "b", filter: { attributes: { type } }, ...spec });
    await trigger("broken", "new", { subscriber: space.to("broken"), delivery: { retry: 0 } });
    await trigger("flaky", "new", { subscriber: space.to("flaky"), delivery: RETRIES });
    await trigger("in", "new", { subscriber: space.ref("Sequence", "s") });
    await trigger("out", "done", { subscriber: space.to("out") });
    await space.post("b", "e", "hello", { type: "new", subject: "s" });

    const back = "(broker/b: broken rejected, flaky rejected, in rejected, out delivered 202)";
    const second = `(inmemorychannel/s-kn-sequence-1: s-kn-sequence-1 delivered 200 > ${back})`;
    const first = `(sequence/s: s-kn-sequence-0 delivered 200 > ${second})`;
    const whole = `broker/b: broken parked 500, flaky delivered 503 202, in delivered 202 > ${first}, out rejected`;
    let shapes: readonly string[] = [];
    await space.until(async () => {
      shapes = (await space.trace("e")).events.map(traceShape);
      return (
        shapes.length > 0 && !/waiting|leased|retrying/.test(shapes.join()) && shapes.join().includes("out delivered")
      );
    }, "the trace does not come to rest");
    expect(shapes).toEqual([whole]);

    const { events, limits, unread } = await space.trace("e");
    expect([limits, unread]).toEqual([[], []]);
    const [event] = events;
    expect(event?.attributes).toEqual({ id: "e", source: "/test", type: "new", subject: "s" });
    const named = (name: string) => event?.subscriptions.find((each) => each.name === name);
    expect(named("out")?.filter).toEqual({
      passes: false,
      rejectedBy: [{ path: "filter.attributes.type", reason: expect.stringContaining("done") }],
    });
    expect(named("broken")).toMatchObject({ lastFailure: { destination: `${space.sink.url}/broken`, status: 500 } });
  });
});

/** What subscribers see of a router, however its couriers are woken: the same for calls and for queues that lose. */
import { beforeAll, describe, test } from "vitest";
import { Flow } from "./flow.ts";
import type { SinkAnswer } from "./sink.ts";

const OK: SinkAnswer = { status: 202 };
const UNAVAILABLE: SinkAnswer = { status: 503 };
/** How much earlier than asked a timer of the operating system may fire, milliseconds. */
const TIMER_SLACK_MS = 20;

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));
const retries = (retry: number) => ({ retry, backoffPolicy: "linear", backoffDelay: "PT0.1S" });

/** The behaviours run side by side, each with a Broker of its own: some of their time is waiting for lost wake-ups. */
export function wakeUpSuite(name: string, start: () => Promise<{ readonly url: string }>): void {
  describe.concurrent(name, () => {
    let router: { readonly url: string };

    beforeAll(async () => {
      router = await start();
    });

    test("[WAKE-1] an event arrives once, as it was sent", async ({ expect }) => {
      const flow = await Flow.start(router, "once");
      await flow.trigger("once");
      await flow.post("a", { subject: "s", custom: "c" });
      const counters = await flow.over("once", ({ delivered }) => delivered === 1);
      expect(counters).toMatchObject({ delivered: 1, failedAttempts: 0 });
      expect(
        flow.sink.requests.map(({ headers, body }) => [
          headers["ce-id"],
          headers["ce-subject"],
          headers["ce-custom"],
          headers["content-type"],
          body,
        ]),
      ).toEqual([["a", "s", "c", "text/plain", "data of a"]]);
    });

    test("[WAKE-2] a failed attempt is made again after its back-off until it succeeds", async ({ expect }) => {
      const flow = await Flow.start(router, "retry");
      let failures = 0;
      await flow.trigger("retry", { delivery: retries(5), answer: () => (failures++ < 2 ? UNAVAILABLE : OK) });
      await flow.post("a");
      expect(await flow.over("retry", ({ delivered }) => delivered === 1)).toMatchObject({
        failedAttempts: 2,
        parked: 0,
      });
      const [first, second, third, ...more] = flow.sink.requests.map((request) => request.atMs);
      expect(more).toEqual([]);
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(100 - TIMER_SLACK_MS);
      expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(200 - TIMER_SLACK_MS);
    });

    test("[WAKE-3] a reply goes to the Triggers that want its type, once", async ({ expect }) => {
      const flow = await Flow.start(router, "reply");
      await flow.trigger("asked", {
        type: "question",
        answer: ({ headers }) => ({
          status: 200,
          headers: {
            "ce-specversion": "1.0",
            "ce-id": `re-${headers["ce-id"]}`,
            "ce-source": "/asked",
            "ce-type": "answer",
            "content-type": "text/plain",
          },
          body: "42",
        }),
      });
      await flow.trigger("told", { type: "answer" });
      await Promise.all(numbers(10).map((id) => flow.post(id, { type: "question" })));
      await flow.over("asked", ({ delivered }) => delivered === 10);
      await flow.over("told", ({ delivered }) => delivered === 10);
      expect(flow.idsAt("asked").sort()).toEqual(numbers(10));
      expect(flow.idsAt("told").sort()).toEqual(numbers(10).map((id) => `re-${id}`));
      expect(flow.sink.requestsTo("/told").map((request) => request.body)).toEqual(numbers(10).map(() => "42"));
    });

    test("[WAKE-4] used-up attempts end at the dead letter sink, with the reason", async ({ expect }) => {
      const flow = await Flow.start(router, "dead");
      const delivery = { ...retries(1), deadLetterSink: { uri: `${flow.sink.url}/dead-letters` } };
      await flow.trigger("dead", { delivery, answer: () => ({ status: 500, body: "sorry" }) });
      await Promise.all(numbers(5).map((id) => flow.post(id)));
      expect(await flow.over("dead", ({ deadLettered }) => deadLettered === 5)).toMatchObject({
        delivered: 0,
        failedAttempts: 10,
        parked: 0,
      });
      expect(flow.idsAt("dead").sort()).toEqual(numbers(5).flatMap((id) => [id, id]));
      expect(flow.idsAt("dead-letters").sort()).toEqual(numbers(5));
      for (const { headers } of flow.sink.requestsTo("/dead-letters")) {
        expect(headers["ce-knativeerrorcode"]).toBe("500");
        expect(headers["ce-knativeerrordata"]).toBe(btoa("sorry"));
      }
    });

    test("[WAKE-5] events of a key come in order, one at a time, retries included", async ({ expect }) => {
      const flow = await Flow.start(router, "order");
      const attempts = new Map<string, number>();
      await flow.trigger("order", {
        annotations: { "sluice.dev/ordering": "ordered" },
        delivery: retries(5),
        answer: ({ headers }) => {
          const id = String(headers["ce-id"]);
          attempts.set(id, (attempts.get(id) ?? 0) + 1);
          // Every fourth event fails once.
          return id.endsWith("3") && attempts.get(id) === 1 ? UNAVAILABLE : OK;
        },
      });
      const keys = ["a", "b", "c"];
      await Promise.all(
        keys.map(async (key) => {
          for (const id of numbers(8)) await flow.post(`${key}${id}`, { partitionkey: key });
        }),
      );
      await flow.over("order", ({ delivered }) => delivered === 24);
      for (const key of keys) {
        const expected = ["0", "1", "2", "3", "3", "4", "5", "6", "7"].map((id) => `${key}${id}`);
        expect(flow.idsAt("order").filter((id) => id.startsWith(key))).toEqual(expected);
      }
    });
    furtherBehaviours(() => router);
    flowsOfLargeAndForwardedEvents(() => router);
  });
}

function furtherBehaviours(routerOf: () => { readonly url: string }): void {
  test("[WAKE-6] a concurrency limit bounds the requests that are open", async ({ expect }) => {
    const flow = await Flow.start(routerOf(), "limit");
    let open = 0;
    let mostOpen = 0;
    await flow.trigger("limit", {
      annotations: { "sluice.dev/max-concurrency": "2" },
      answer: async () => {
        mostOpen = Math.max(mostOpen, ++open);
        // The next ones would arrive while this one is open.
        await new Promise((resolve) => setTimeout(resolve, 10));
        open--;
        return OK;
      },
    });
    await Promise.all(numbers(20).map((id) => flow.post(id)));
    await flow.over("limit", ({ delivered }) => delivered === 20);
    expect(mostOpen).toBe(2);
    expect(flow.idsAt("limit").sort()).toEqual(numbers(20).sort());
  });

  test("[WAKE-7] what nobody takes is parked, and redrive delivers it", async ({ expect }) => {
    const flow = await Flow.start(routerOf(), "park");
    let healthy = false;
    await flow.trigger("park", { answer: () => (healthy ? OK : { status: 400, body: "no" }) });
    await flow.post("a");
    await flow.over("park", ({ parked }) => parked === 1);
    const { items } = await flow.operator<{ items: { id: string }[] }>("triggers/park/deliveries?state=parked");
    expect(items).toMatchObject([{ state: "parked", attempts: 1, lastFailure: { status: 400 } }]);
    healthy = true;
    const ids = items.map((item) => item.id);
    expect(await flow.operator("triggers/park/deliveries/redrive", { ids })).toMatchObject({ redriven: 1, ids });
    await flow.over("park", ({ delivered }) => delivered === 1);
    expect(flow.idsAt("park")).toEqual(["a", "a"]);
    expect(await flow.operator("triggers/park/deliveries")).toEqual({ items: [] });
  });

  test("[WAKE-8] a subscriber that does not answer does not hold up its neighbour", async ({ expect }) => {
    const flow = await Flow.start(routerOf(), "slow");
    let answerNow = (): void => {};
    const answered = new Promise<void>((resolve) => {
      answerNow = resolve;
    });
    await flow.trigger("hanging", {
      answer: async () => {
        await answered;
        return OK;
      },
    });
    await flow.trigger("quick");
    await Promise.all(numbers(40).map((id) => flow.post(id)));
    await flow.arrived("quick", 40);
    // Again, now that it is known to be slow, and more than couriers with six requests each soon hold open.
    await Promise.all(numbers(200).map((id) => flow.post(`again-${id}`)));
    await flow.arrived("quick", 240);
    answerNow();
    expect(await flow.over("quick", ({ delivered }) => delivered === 240)).toMatchObject({ failedAttempts: 0 });
    expect(await flow.over("hanging", ({ delivered }) => delivered === 240)).toMatchObject({ failedAttempts: 0 });
    const expected = [...numbers(40), ...numbers(200).map((id) => `again-${id}`)].sort();
    expect(flow.idsAt("quick").sort()).toEqual(expected);
    expect(flow.idsAt("hanging").sort()).toEqual(expected);
  });

  test("[WAKE-9] many events come to several Triggers exactly once each", async ({ expect }) => {
    const flow = await Flow.start(routerOf(), "many");
    const triggers = ["first", "second", "third"];
    for (const trigger of triggers) await flow.trigger(trigger);
    for (const tens of numbers(10)) await Promise.all(numbers(30).map((id) => flow.post(`${tens}-${id}`)));
    const expected = numbers(10).flatMap((tens) => numbers(30).map((id) => `${tens}-${id}`));
    for (const trigger of triggers) {
      expect(await flow.over(trigger, ({ delivered }) => delivered === 300)).toMatchObject({ failedAttempts: 0 });
      expect(flow.idsAt(trigger).sort()).toEqual(expected.sort());
    }
  });
}

function flowsOfLargeAndForwardedEvents(routerOf: () => { readonly url: string }): void {
  test("[WAKE-11] an event too large for one message arrives whole, with its length", async ({ expect }) => {
    const flow = await Flow.start(routerOf(), "large");
    await flow.trigger("large");
    const body = "0123456789".repeat(300_000);
    await flow.post("a", {}, body);
    await flow.over("large", ({ delivered }) => delivered === 1);
    const [request, ...more] = flow.sink.requests;
    expect(more).toEqual([]);
    expect([request?.headers["content-length"], request?.headers["ce-id"]]).toEqual(["3000000", "a"]);
    expect(request?.body === body).toBe(true);
  });

  test("[WAKE-12] events handed to another Broker arrive there once, also from one created anew", async ({
    expect,
  }) => {
    const goal = await Flow.start(routerOf(), "goal");
    await goal.trigger("goal");
    const origin = await Flow.start(routerOf(), "origin");
    const ref = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "goal" };
    await origin.trigger("forward", { subscriber: { ref } });
    await Promise.all(numbers(10).map((id) => origin.post(`first-${id}`)));
    await goal.over("goal", ({ delivered }) => delivered === 10);
    await origin.over("forward", ({ delivered }) => delivered === 10);
    await origin.createAnew(["forward"]);
    await Promise.all(numbers(10).map((id) => origin.post(`second-${id}`)));
    await origin.over("forward", ({ delivered }) => delivered === 10);
    await goal.over("goal", ({ delivered }) => delivered === 20);
    const expected = ["first", "second"].flatMap((round) => numbers(10).map((id) => `${round}-${id}`));
    expect(goal.idsAt("goal").sort()).toEqual(expected);
  });
}

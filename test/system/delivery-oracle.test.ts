/**
 * Every recorded delivery, over real HTTP and at the same time: one Trigger per case that filters on the case's own
 * event type, one subscriber and one dead letter sink per case.
 */
import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { apply } from "../kit/apply.ts";
import { behaviourOf, casesInFile, type DeliveryCase, deliveryCases } from "./delivery-case.ts";
import { type Router, startRouter } from "./harness.ts";
import { closedUrl, type ReceivedRequest, type Sink, startSink } from "./sink.ts";

const ALL_ARRIVED_TIMEOUT_MS = 20_000;
/** Longer than every gap in the file, so that one attempt too many would be seen. */
const QUIET_MS = 1_500;
/** How much earlier than asked a timer of the operating system may fire. */
const TIMER_SLACK_SECONDS = 0.02;
/** Jitter is at most a tenth of the wait; the rest is a busy machine. */
const LATE_FACTOR = 1.1;
const MACHINE_SLACK_SECONDS = 0.25;

const cases = deliveryCases();
const answerPaths = new Map(cases.flatMap((each) => each.replyRouted).map(({ type, path }) => [type, path]));

describe("delivery oracle", () => {
  const ingressStatus = new Map<string, number>();
  const subscriberUrls = new Map<string, string>();
  let sink: Sink;

  beforeAll(async () => {
    const [router, started] = await Promise.all([startRouter(), startSink()]);
    sink = started;
    await apply(router, { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name: "default" } });
    for (const each of cases) subscriberUrls.set(each.case, await prepareSubscriber(sink, each));
    for (const each of cases) await apply(router, triggerFor(each, subscriberUrls.get(each.case) ?? "", sink));
    for (const [type, path] of answerPaths) await apply(router, trigger(type, { uri: `${sink.url}${path}` }));
    await Promise.all(cases.map(async (each) => ingressStatus.set(each.case, await post(router, each.case))));
    const expected = cases.reduce((sum, each) => sum + each.attempts + each.deadLettered + each.replyRouted.length, 0);
    await sink.until(() => sink.requests.length >= expected, {
      timeoutMs: ALL_ARRIVED_TIMEOUT_MS,
      describe: () => `${sink.requests.length} of ${expected} requests arrived:\n${arrivals(sink)}`,
    });
    await wait(QUIET_MS);
  });

  it.each(cases)("[ORACLE-DEL] $case: $subscriberAnswers", (each) => {
    const attempts = sink.requestsTo(subscriberPath(each));
    const deadLetters = sink.requestsTo(deadLetterPath(each));
    const extensions = deadLetters[0] === undefined ? {} : errorExtensions(deadLetters[0]);
    const url = subscriberUrls.get(each.case) ?? "";
    expect({
      ingressStatus: ingressStatus.get(each.case),
      attempts: attempts.length,
      deadLettered: deadLetters.length,
      ids: new Set([...attempts, ...deadLetters].map((request) => request.headers["ce-id"])),
      dlsExtensions: Object.fromEntries(
        Object.keys(expectedExtensions(each, url)).map((key) => [key, extensions[key] ?? ""]),
      ),
    }).toEqual({
      ingressStatus: each.ingressStatus,
      attempts: each.attempts,
      deadLettered: each.deadLettered,
      ids: new Set([each.case]),
      dlsExtensions: expectedExtensions(each, url),
    });
    expectGaps(attempts, each.gapsSeconds);
  });

  it("[ORACLE-DEL] replies are routed to the Trigger for their type, once each", () => {
    const expected = cases.flatMap((each) => each.replyRouted.map(({ path, type }) => `${path} ${type}`));
    const arrived = [...answerPaths.values()].flatMap((path) => sink.requestsTo(path));
    expect(arrived.map((request) => `${request.path} ${request.headers["ce-type"]}`).sort()).toEqual(expected.sort());
  });

  it("[ORACLE-DEL] every case of the file ran and nothing else arrived", () => {
    expect(casesInFile()).toBeGreaterThan(1);
    expect(ingressStatus.size).toBe(casesInFile());
    const known = new Set([
      ...cases.flatMap((each) => [subscriberPath(each), deadLetterPath(each)]),
      ...answerPaths.values(),
    ]);
    expect(sink.requests.map((request) => request.path).filter((path) => !known.has(path))).toEqual([]);
  });
});

/** Returns the subscriber's URL. */
async function prepareSubscriber(sink: Sink, each: DeliveryCase): Promise<string> {
  const behaviour = behaviourOf(each.subscriberAnswers);
  if (behaviour.kind === "refuses connections") return closedUrl();
  sink.answer(subscriberPath(each), () => behaviour.answer);
  return `${sink.url}${subscriberPath(each)}`;
}

function triggerFor(each: DeliveryCase, url: string, sink: Sink) {
  const deadLetterSink = { deadLetterSink: { uri: `${sink.url}${deadLetterPath(each)}` } };
  const delivery = { ...each.delivery, ...(each.deadLetterSink ? deadLetterSink : {}) };
  return trigger(each.case, { uri: url }, Object.keys(delivery).length === 0 ? undefined : delivery);
}

function trigger(type: string, subscriber: { readonly uri: string }, delivery?: Readonly<Record<string, unknown>>) {
  return {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Trigger",
    metadata: { name: type },
    spec: {
      broker: "default",
      filter: { attributes: { type } },
      subscriber,
      ...(delivery === undefined ? {} : { delivery }),
    },
  };
}

async function post(router: Router, type: string): Promise<number> {
  const answer = await fetch(`${router.url}/default/default`, {
    method: "POST",
    headers: {
      "ce-specversion": "1.0",
      "ce-type": type,
      "ce-source": "/oracle",
      "ce-id": type,
      "content-type": "application/json",
    },
    body: '{"x":1}',
  });
  await answer.body?.cancel();
  return answer.status;
}

/** The recorded addresses are those of another machine; whoever failed is named by this test's own URL. */
function expectedExtensions(each: DeliveryCase, url: string): Readonly<Record<string, string>> {
  return each.deadLettered === 0 ? {} : { ...each.dlsExtensions, knativeerrordest: url };
}

function errorExtensions(request: ReceivedRequest): Readonly<Record<string, string>> {
  const found = Object.entries(request.headers).filter(([name]) => name.startsWith("ce-knativeerror"));
  return Object.fromEntries(
    found.map(([name, value]) => [name.slice("ce-".length), decodeURIComponent(String(value))]),
  );
}

function expectGaps(attempts: readonly ReceivedRequest[], expected: readonly number[]): void {
  const gaps = attempts.slice(1).map((request, index) => (request.atMs - (attempts[index]?.atMs ?? 0)) / 1000);
  expect(gaps.length).toBe(expected.length);
  for (const [index, seconds] of expected.entries()) {
    expect(gaps[index]).toBeGreaterThanOrEqual(seconds - TIMER_SLACK_SECONDS);
    expect(gaps[index]).toBeLessThanOrEqual(seconds * LATE_FACTOR + MACHINE_SLACK_SECONDS);
  }
}

function arrivals(sink: Sink): string {
  const counts = new Map<string, number>();
  for (const { path } of sink.requests) counts.set(path, (counts.get(path) ?? 0) + 1);
  return [...counts].map(([path, count]) => `${count} ${path}`).join("\n");
}

function subscriberPath(each: DeliveryCase): string {
  return `/subscriber/${each.case}`;
}

function deadLetterPath(each: DeliveryCase): string {
  return `/dead-letters/${each.case}`;
}

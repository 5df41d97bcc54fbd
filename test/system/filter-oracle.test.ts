/** Knative's own verdicts on filters, over real HTTP: a Trigger with a subscriber for each, one event after another. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { apply } from "../kit/apply.ts";
import { ROOT, startRouter } from "./harness.ts";
import { startSink } from "./sink.ts";

interface Oracle {
  readonly triggers: readonly {
    readonly name: string;
    readonly attrs: Readonly<Record<string, string>> | null;
    readonly filters: readonly object[] | null;
  }[];
  readonly events: readonly {
    readonly event: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly matched: readonly string[];
  }[];
}

const ARRIVED_TIMEOUT_MS = 10_000;
/** So that a delivery too many would be seen. */
const QUIET_MS = 500;

describe("filter oracle", () => {
  it("[ORACLE-FLT] each event reaches the subscribers that Knative gives it to, and no others", async () => {
    const oracle: Oracle = JSON.parse(readFileSync(join(ROOT, "test/oracle/filter-cases.json"), "utf8"));
    const [router, sink] = await Promise.all([startRouter(), startSink()]);
    await apply(router, { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name: "default" } });
    for (const { name, attrs, filters } of oracle.triggers) {
      const spec = {
        broker: "default",
        subscriber: { uri: `${sink.url}/${name}` },
        ...(attrs === null ? {} : { filter: { attributes: attrs } }),
        ...(filters === null ? {} : { filters }),
      };
      await apply(router, { apiVersion: "eventing.knative.dev/v1", kind: "Trigger", metadata: { name }, spec });
    }
    const reached: { event: string; matched: readonly string[] }[] = [];
    for (const { event, headers, body, matched } of oracle.events) {
      const before = sink.requests.length;
      const answer = await fetch(`${router.url}/default/default`, { method: "POST", headers, body });
      expect(answer.status).toBe(202);
      await answer.body?.cancel();
      await sink.until(() => sink.requests.length >= before + matched.length, {
        timeoutMs: ARRIVED_TIMEOUT_MS,
        describe: () => `${sink.requests.length - before} of ${matched.length} deliveries of "${event}" arrived`,
      });
      await wait(QUIET_MS);
      const paths = sink.requests.slice(before).map(({ path }) => path.slice(1));
      reached.push({ event, matched: oracle.triggers.map(({ name }) => name).filter((name) => paths.includes(name)) });
      expect(paths.length).toBe(matched.length);
    }
    expect(reached).toEqual(oracle.events.map(({ event, matched }) => ({ event, matched })));
  });
});

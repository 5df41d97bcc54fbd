import { afterEach, describe, expect, test } from "vitest";
import type { Delivery } from "../prober/evidence.ts";
import { isKept } from "../prober/judge.ts";
import { reportOf } from "../prober/report.ts";
import { type ProberOptions, runProber } from "../prober/run-prober.ts";
import { type Router, startRouter } from "./harness.ts";
import { closedUrl } from "./sink.ts";

const NEVER = new AbortController().signal;
const EVENTS_PER_SECOND = 100;

function options(router: Router, more: Partial<ProberOptions> = {}): ProberOptions {
  return {
    router: { url: router.url },
    namespace: "default",
    listen: { host: "127.0.0.1", port: 0 },
    probeMs: 10_000,
    ratePerSecond: EVENTS_PER_SECOND,
    postMs: 3_000,
    drainMs: 30_000,
    stop: NEVER,
    abandon: NEVER,
    ...more,
  };
}

const SILENT = { progress: () => {}, warn: () => {} };

describe("[PROBE-3] the prober", () => {
  let router: Router;

  afterEach(async () => {
    expect(await brokersOf(router)).toEqual([]);
    await router.stop();
  });

  test("sees nothing missing and no duplicate at a router that stays up", async () => {
    router = await startRouter();
    const verdict = await runProber(options(router), SILENT);
    expect(isKept(verdict), reportOf(verdict)).toBe(true);
    const clean = { missing: 0, reordered: 0, altered: 0, duplicatesAllowed: 0, duplicatesNotAllowed: 0 };
    expect(verdict).toMatchObject({
      givenUp: 0,
      outages: [],
      triggers: { unordered: clean, ordered: clean, flaky: clean },
    });
    expect(verdict.accepted).toBeGreaterThan(EVENTS_PER_SECOND);
    expect(verdict.triggers.flaky.refused).toBeGreaterThan(0);
  });

  test("sees two kills as outages, and everything kept", async () => {
    router = await startRouter();
    const kills: Promise<void>[] = [];
    const stop = new AbortController();
    const restart = async () => {
      await router.kill();
      router = await router.restart();
    };
    const verdict = await runProber(options(router, { postMs: Number.POSITIVE_INFINITY, stop: stop.signal }), {
      ...SILENT,
      progress({ accepted }) {
        if (kills.length < 2 && accepted > 100 * (kills.length + 1))
          kills.push((kills[0] ?? Promise.resolve()).then(restart));
        else if (kills.length === 2 && accepted > 500) stop.abort();
      },
    });
    await Promise.all(kills);
    expect(isKept(verdict), reportOf(verdict)).toBe(true);
    expect(verdict.outages.length, reportOf(verdict)).toBeGreaterThanOrEqual(2);
    expect(verdict.failedPosts).toBeGreaterThan(0);
    expect(verdict.givenUp).toBe(0);
    const duplicates = Object.values(verdict.triggers).map(({ duplicatesNotAllowed }) => duplicatesNotAllowed);
    expect(duplicates, reportOf(verdict)).toEqual([0, 0, 0]);
  });

  test("misses the one delivery that its own subscriber forgets", async () => {
    router = await startRouter();
    const notes = ({ trigger, number }: Delivery) => trigger !== "unordered" || number !== 7;
    const verdict = await runProber(options(router, { postMs: 1_000, drainMs: 2_000 }), { ...SILENT, notes });
    const missing = Object.values(verdict.triggers).map((figures) => figures.missing);
    expect({ isKept: isKept(verdict), missing }).toEqual({ isKept: false, missing: [1, 0, 0] });
  });

  test("says what to do when the router cannot reach its subscribers", async () => {
    router = await startRouter();
    const sinkUrl = (await closedUrl()).replace(/\/$/, "");
    await expect(runProber(options(router, { sinkUrl, probeMs: 2_000 }), SILENT)).rejects.toThrow(/Pass --sink/);
  });

  test("says what to do when the API wants a token or the router is not there", async () => {
    router = await startRouter({ env: { SLUICE_ADMIN_TOKEN: "the-token" } });
    await expect(runProber(options(router), SILENT)).rejects.toThrow(/SLUICE_TOKEN/);
    const wrong = { url: router.url, token: "wrong" };
    await expect(runProber(options(router, { router: wrong }), SILENT)).rejects.toThrow(/SLUICE_ADMIN_TOKEN/);
    const nobody = { url: (await closedUrl()).replace(/\/$/, "") };
    await expect(runProber(options(router, { router: nobody }), SILENT)).rejects.toThrow(/Start the router/);
    const right = { url: router.url, token: "the-token" };
    const verdict = await runProber(options(router, { router: right, postMs: 500 }), SILENT);
    expect(isKept(verdict), reportOf(verdict)).toBe(true);
  });
});

/** What the prober left behind. */
async function brokersOf({ url }: Router): Promise<readonly unknown[]> {
  const brokers = `${url}/apis/eventing.knative.dev/v1/namespaces/default/brokers`;
  const open = await fetch(brokers);
  const answer = open.ok ? open : await fetch(brokers, { headers: { authorization: "Bearer the-token" } });
  return JSON.parse(await answer.text()).items;
}

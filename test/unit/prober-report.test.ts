import { describe, expect, test } from "vitest";
import { judge } from "../prober/judge.ts";
import { readOptions } from "../prober/options.ts";
import { ProberError } from "../prober/prober-error.ts";
import { progressLine, reportOf } from "../prober/report.ts";

describe("[PROBE-4] what the prober is told and tells", () => {
  test("without options it listens on the loopback address for a minute of posts", () => {
    expect(readOptions(["http://127.0.0.1:8787/"], {})).toEqual({
      router: { url: "http://127.0.0.1:8787" },
      namespace: "default",
      listen: { host: "127.0.0.1", port: 0 },
      probeMs: 10_000,
      ratePerSecond: 50,
      postMs: 60_000,
      drainMs: 60_000,
    });
  });

  test("the token comes from the environment; --seconds 0 is until it is stopped; --sink is where it is reached", () => {
    const words = [
      "https://router.example",
      "--seconds",
      "0",
      "--listen",
      "[::1]:9000",
      "--sink",
      "https://tunnel.example/a/",
    ];
    expect(readOptions(words, { SLUICE_TOKEN: "secret" })).toMatchObject({
      router: { url: "https://router.example", token: "secret" },
      listen: { host: "::1", port: 9_000 },
      sinkUrl: "https://tunnel.example/a",
      postMs: Number.POSITIVE_INFINITY,
    });
  });

  test.each([
    ["no URL", []],
    ["two URLs", ["http://a", "http://b"]],
    ["no URL in form", ["a:8787"]],
    ["a sink that is no URL", ["http://a", "--sink", "tunnel"]],
    ["an address without a port", ["http://a", "--listen", "127.0.0.1"]],
    ["a port that there is not", ["http://a", "--listen", "127.0.0.1:70000"]],
    ["a rate of nothing", ["http://a", "--rate", "0"]],
    ["a time that is no number", ["http://a", "--seconds", "soon"]],
    ["a file that is not there", ["http://a", "--token-file", "/nowhere/token"]],
    ["an option that there is not", ["http://a", "--speed", "1"]],
  ])("refuses %s", (_name, words) => {
    expect(() => readOptions(words, {})).toThrow(ProberError);
  });

  test("the report ends with the verdict and tells the rule for duplicates where there are some", () => {
    const posted = [{ number: 0, key: 0, startedMs: 1_000, endedMs: 1_010, ackedMs: 1_010 }];
    const delivery = (trigger: "unordered" | "ordered" | "flaky", arrivedMs: number) => ({
      ...{ trigger, number: 0, attempt: 1, status: 202, isIntact: true },
      ...{ arrivedMs, answeredMs: arrivedMs + 1 },
    });
    const received = [delivery("unordered", 1_020), delivery("unordered", 1_030), delivery("ordered", 1_030)];
    const lines = reportOf(judge({ posted, failedPosts: [], received, endedMs: 2_000 })).split("\n");
    expect(lines.slice(0, 4)).toEqual([
      "trigger     delivered  missing  reordered  altered  dup. allowed  dup. not allowed  refused on purpose",
      "unordered           1        0          0        0             0                 1                   0",
      "ordered             1        0          0        0             0                 0                   0",
      "flaky               0        1          0        0             0                 0                   0",
    ]);
    expect(lines.slice(-4)).toEqual([
      "longest time without delivering one: 970 ms at 1970-01-01T00:00:01.030Z",
      "duplicates: what was answered at most 5.0 s before an outage, or during it, may come again; no outage was seen, so none is allowed",
      "",
      "BROKEN: missing 1, reordered 0, altered 0, stored twice 0",
    ]);
  });

  test("a line of progress", () => {
    const figures = { phase: "posting", elapsedMs: 5_000, begun: 250, accepted: 249, delivered: 740 } as const;
    expect(progressLine({ ...figures, failedPosts: 0 })).toBe(
      "5.0 s posting: 250 events, 249 accepted, 740 of 747 deliveries made",
    );
    expect(progressLine({ ...figures, failedPosts: 3 })).toMatch(/, 3 posts failed$/);
  });
});

/** Bodies in YAML: the same values as JSON, or a reason why not. */
import { describe, expect, test } from "vitest";
import { parseYaml } from "../../src/control-plane/bodies/parse-yaml.ts";
import { SeededRandom } from "../kit/seeded-random.ts";
import { BROKERS, World } from "./control-plane-world.ts";

const YAML = { "content-type": "application/yaml" };

describe("[CP-YAML] parsing", () => {
  test.each([
    ["a: 1\nb: [x, 'y', true, null, ~]\n", { a: 1, b: ["x", "y", true, null, null] }],
    ["# nothing but a comment\n", null],
    ["a:\n  - b: 0.5\n    c: |\n      two\n      lines\n", { a: [{ b: 0.5, c: "two\nlines\n" }] }],
    ["a: 2026-01-02\nb: 2026-01-02T03:04:05Z\n", { a: "2026-01-02", b: "2026-01-02T03:04:05Z" }],
    ["a: 'no'\nb: \"017\"\nc: y\n", { a: "no", b: "017", c: "y" }],
    ["a: &x {n: 1}\nb: *x\nc: [*x, *x]\n", { a: { n: 1 }, b: { n: 1 }, c: [{ n: 1 }, { n: 1 }] }],
    ["a: &x 1\nb: *x\nc: &x 2\nd: *x\n", { a: 1, b: 1, c: 2, d: 2 }],
    ["constructor: 1\n", { constructor: 1 }],
    ['{"a": [1, 2]}', { a: [1, 2] }],
  ])("[CP-YAML-1] %j", (text, value) => {
    expect(parseYaml(text)).toEqual({ value });
  });

  test("[CP-YAML-2] a key like a prototype's is data", () => {
    const parsed = parseYaml("__proto__: {polluted: 1}\n");
    expect(parsed).toEqual({ value: Object.fromEntries([["__proto__", { polluted: 1 }]]) });
    expect(Object.hasOwn({}, "polluted") || "polluted" in {}).toBe(false);
  });

  test.each([
    ["a: no\n", "line 1: no means different things to different readers: quote it"],
    ["a: 1\nmode: 0644\n", "line 2: 0644 means different things to different readers: quote it"],
    ["a: .inf\n", "line 1: .inf is no value that JSON has"],
    ["1: a\n", "line 1: a key must be a string: quote it"],
    ["? [a]\n: b\n", "line 1: a key must be a string: quote it"],
    ["on: a\n", "line 1: on means different things to different readers: quote it"],
    ["a: &x {n: 1}\nb:\n  <<: *x\n", "line 3: merge keys (<<) are not read: write the members out"],
    ["a: 1\na: 2\n", 'line 2: key "a" is there twice'],
    ["a: *nobody\n", 'line 1: no anchor is named "nobody"'],
    ["a: &x [*x]\n", /nested deeper than 64 levels$/],
    [`a: ${"[".repeat(70)}${"]".repeat(70)}`, "line 1: nested deeper than 64 levels"],
    ["a: 1\n---\nb: 2\n", "line 2: a second document begins here: send each by itself"],
    ["a: {\n", /^line 2: /],
    ["a: !!binary AAAA\n", "line 1: AAAA is no value that JSON has"],
    ["a: !custom x\n", /^line 1: Unresolved tag/],
    ["a: 'x\n", /^line \d: /],
    ["\ta: 1\n", /^line 1: /],
  ])("[CP-YAML-3] %j is refused", (text, problem) => {
    expect(parseYaml(text)).toEqual({
      problem: typeof problem === "string" ? problem : expect.stringMatching(problem),
    });
  });

  test("[CP-YAML-4] aliases cannot make a small text large", () => {
    const levels = Array.from(
      { length: 20 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level}, `.repeat(9)}]`,
    );
    expect(parseYaml(`l0: &l0 x\n${levels.join("\n")}\n`)).toEqual({
      problem: expect.stringMatching(/more than 200000 values, with their aliases$/),
    });
    const wide = `a: &a ${"x".repeat(100_000)}\nb: [${"*a, ".repeat(20)}]\n`;
    expect(parseYaml(wide)).toEqual({ problem: expect.stringMatching(/more than 1048576 characters/) });
  });

  test.each([
    ["flow", "[".repeat(10_000)],
    ["compact", "- ".repeat(10_000)],
    ["maps", "{a: ".repeat(6_000)],
    ["explicit keys", "? ".repeat(10_000)],
  ])("[CP-YAML-5] nesting without end (%s) is refused", (_name, text) => {
    expect(parseYaml(text)).toEqual({ problem: expect.stringMatching(/nested/) });
  });

  test.each([
    ["flow", "[".repeat(1_000_000)],
    ["compact", "- ".repeat(500_000)],
    ["errors", "a: }\n".repeat(200_000)],
    ["quotes", '"'.repeat(1_000_000)],
    ["lines", "\n".repeat(1_000_000)],
  ])("[CP-YAML-8] a text that takes too long to read (%s) is refused before it is read", (_name, text) => {
    expect(parseYaml(text)).toEqual({ problem: "longer than 50000 signs and words: send it as JSON" });
  });
});

test("[CP-YAML-9] no text is more than a problem", () => {
  const random = new SeededRandom(1);
  const signs = [
    "a",
    ":",
    " ",
    "\n",
    "-",
    "?",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "!",
    "|",
    ">",
    "'",
    '"',
    "#",
    "%",
    "\t",
    "<<",
    "0",
  ];
  const texts = Array.from({ length: 3000 }, () => random.text(signs, random.between(1, 40)));
  const outcomes = texts.map((text) => Object.keys(parseYaml(text)).join());
  expect(new Set(outcomes)).toEqual(new Set(["value", "problem"]));
});

describe("[CP-YAML] requests", () => {
  const manifest = `
apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: {name: b}
spec:
  delivery: &d {retry: 3}
`;

  test("[CP-YAML-6] objects are created and replaced in YAML, by any verb that takes an object", async () => {
    const world = new World();
    const created = await world.request("POST", BROKERS, manifest, YAML);
    expect([created.code, created.body.spec.delivery]).toEqual([201, { retry: 3 }]);
    const metadata = `{name: b, resourceVersion: "${created.body.metadata.resourceVersion}"}`;
    const body = manifest.replace("retry: 3", "retry: 4").replace("{name: b}", metadata);
    const replaced = await world.request("PUT", `${BROKERS}/b`, body, YAML);
    expect([replaced.code, replaced.body.spec.delivery.retry]).toEqual([200, 4]);
    const options = "preconditions: {uid: other}\n";
    expect((await world.request("DELETE", `${BROKERS}/b`, options, YAML)).code).toBe(409);
  });

  test("[CP-YAML-7] the problem is named in the answer", async () => {
    const answer = await new World().request("POST", BROKERS, `${manifest}on: 1\n`, YAML);
    expect(answer.body).toMatchObject({
      code: 400,
      reason: "BadRequest",
      message:
        "the object provided is unrecognized: yaml: line 7: on means different things to different readers: quote it",
    });
  });
});

describe("[CP-BODY] whatever the format", () => {
  test.each([
    ["application/json", '{"a": 9007199254740993}'],
    ["application/json", '{"a": [{"b": -123456789012345678901234567890}]}'],
    ["application/yaml", "a: 9007199254740993"],
  ])("[CP-BODY-1] %s: %s would be rounded", async (type, body) => {
    const answer = await new World().request("POST", BROKERS, body, { "content-type": type });
    expect([answer.code, answer.body.message]).toEqual([
      400,
      expect.stringMatching(/^a whole number near -?[\d.e+]+ is too large to be kept exactly$/),
    ]);
  });

  test("[CP-BODY-2] a compressed body is refused by name; a media type with parameters is read", async () => {
    const world = new World();
    const zipped = await world.request("POST", BROKERS, manifestJson, { "content-encoding": "gzip" });
    expect([zipped.code, zipped.body.message]).toEqual([415, "send the body without Content-Encoding, not gzip"]);
    const plain = await world.request("POST", BROKERS, manifestJson, {
      "content-type": "application/json; charset=utf-8",
    });
    expect(plain.code).toBe(201);
  });

  test("[CP-BODY-3] a client that goes away midway is no error of the server", async () => {
    const world = new World();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("{"));
        controller.error(new Error("Network connection lost."));
      },
    });
    const headers = { authorization: "Bearer t", "content-type": "application/json" };
    const init = { method: "POST", headers, body, duplex: "half" } as const;
    const answer = await world.engine.api.request(`http://sluice.test${BROKERS}`, init);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { message: "the body ended before it was complete" },
    ]);
    expect(world.lines).toEqual([]);
  });
});

const manifestJson = '{"apiVersion":"eventing.knative.dev/v1","kind":"Broker","metadata":{"name":"b"}}';

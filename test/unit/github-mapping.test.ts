import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { attributeFault } from "../../src/core/attribute-rules.ts";
import { parseChannelName } from "../../src/core/channel-name.ts";
import type { CarriedEvent } from "../../src/core/event.ts";
import { mapWebhook } from "../../src/sources/github/mapping.ts";
import { Payload } from "../../src/sources/github/payload.ts";
import { webhookEvent } from "../../src/sources/github/webhook-event.ts";

interface Examples {
  readonly name: string;
  readonly examples: readonly Readonly<Record<string, unknown>>[];
}

const published: readonly Examples[] = createRequire(import.meta.url)("@octokit/webhooks-examples");
const encoder = new TextEncoder();

function example(name: string, index = 0): Readonly<Record<string, unknown>> {
  const found = published.find((entry) => entry.name === name)?.examples[index];
  if (found === undefined) throw new Error(`no example ${index} of ${name}`);
  return found;
}

function map(name: string, payload: unknown) {
  return mapText(name, JSON.stringify(payload));
}

function mapText(name: string, text: string) {
  const payload = Payload.parse(encoder.encode(text));
  if (payload === undefined) throw new Error("no payload");
  return mapWebhook(name, payload);
}

function eventOf(
  text: string,
  more: { eventName?: string; channel?: string; overrides?: Record<string, string> } = {},
): CarriedEvent {
  const data = encoder.encode(text);
  const payload = Payload.parse(data);
  const [namespace = "", kind = "", name = ""] = (more.channel ?? "ns/broker/default").split("/");
  const channel = parseChannelName(namespace, kind === "broker" ? "broker" : "channel", name);
  if (payload === undefined || channel === undefined) throw new Error("bad test input");
  return webhookEvent({
    eventName: more.eventName ?? "issues",
    deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    payload,
    data,
    receivedMs: Date.UTC(2026, 0, 31, 12),
    ownerAndRepository: "octo/hello",
    channel,
    overrides: more.overrides ?? {},
  });
}

const COMMON = { owner: "Codertocat", repository: "Hello-World", sender: "Codertocat" };

describe("[GH-6] subject and extensions", () => {
  const cases: readonly [name: string, payload: unknown, expected: unknown][] = [
    [
      "push",
      { ...example("push"), compare: "https://github.com/o/r/compare/a10867b14bb7...000000000000" },
      {
        subject: "a10867b14bb7...000000000000",
        extensions: {
          ...COMMON,
          pusher: "Codertocat",
          ref: "refs/tags/simple-tag",
          created: true,
          deleted: false,
          forced: false,
        },
      },
    ],
    [
      "pull_request",
      example("pull_request"),
      { subject: "2", extensions: { ...COMMON, action: "opened", number: 2, label: "" } },
    ],
    [
      "pull_request",
      { ...example("pull_request"), label: { name: "bug" }, assignee: { login: "octocat" }, installation: { id: 5 } },
      {
        subject: "2",
        extensions: { ...COMMON, action: "opened", installation: 5, number: 2, label: "bug", assignee: "octocat" },
      },
    ],
    [
      "issues",
      { ...example("issues"), label: { name: ":bug: Bug" }, assignee: { login: "octocat" } },
      { subject: "1", extensions: { ...COMMON, action: "edited", label: ":bug: Bug", assignee: "octocat" } },
    ],
    ["release", example("release"), { subject: "0.0.1", extensions: { ...COMMON, action: "published" } }],
    [
      "release",
      { ...example("release"), release: { tag_name: "v2", name: "Zwei" } },
      { subject: "v2", extensions: { ...COMMON, action: "published", release: "Zwei" } },
    ],
    ["ping", example("ping"), { subject: "109948940", extensions: { ...COMMON, owner: "Octocoders" } }],
    [
      "issue_comment",
      example("issue_comment"),
      { subject: "1#issuecomment-492700400", extensions: { ...COMMON, action: "created" } },
    ],
    ["check_run", example("check_run"), { subject: "128620228", extensions: { ...COMMON, action: "created" } }],
    ["deployment_status", example("deployment_status"), { subject: "145988746", extensions: COMMON }],
    [
      "gollum",
      { ...example("gollum"), pages: [{ page_name: "Home" }, { page_name: "Main" }] },
      { subject: "Home,Main", extensions: { ...COMMON, sender: "rachmari" } },
    ],
    [
      "installation",
      example("installation"),
      { subject: "2", extensions: { installation: 2, sender: "octocat", action: "deleted" } },
    ],
    [
      "membership",
      example("membership"),
      {
        subject: "21031067",
        extensions: { owner: "Octocoders", sender: "Codertocat", action: "removed", scope: "team" },
      },
    ],
    ["page_build", example("page_build"), { subject: "130514899", extensions: COMMON }],
    [
      "status",
      example("status"),
      {
        subject: "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
        extensions: { ...COMMON, state: "success", name: "Codertocat/Hello-World", context: "default" },
      },
    ],
    [
      "team",
      example("team"),
      { subject: "3253328", extensions: { sender: "Codertocat", action: "added_to_repository" } },
    ],
    [
      "security_advisory",
      example("security_advisory"),
      { subject: "GHSA-rf4j-j272-fj86", extensions: { action: "published" } },
    ],
    // Not in Knative's table.
    ["discussion", example("discussion"), { extensions: { ...COMMON, owner: "octo-org", repository: "octo-repo" } }],
    ["__proto__", {}, { extensions: {} }],
  ];
  test.each(cases)("%s, case %#", (name, payload, expected) => {
    expect(map(name, payload)).toEqual(expected);
  });

  test("ids keep digits that a double would round, and integers over 32 bits travel as text", () => {
    expect(
      mapText("installation", '{"installation":{"id":9007199254740993},"sender":{"login":"o"},"action":"created"}'),
    ).toEqual({
      subject: "9007199254740993",
      extensions: { installation: "9007199254740993", sender: "o", action: "created" },
    });
    expect(mapText("installation", '{"installation":{"id":2147483647}}').extensions).toEqual({
      installation: 2147483647,
    });
    expect(mapText("installation", '{"installation":{"id":2147483648}}').extensions).toEqual({
      installation: "2147483648",
    });
  });

  test("fields that are missing or of another type are left out", () => {
    const odd = { repository: [], sender: null, action: 5, pull_request: "x", number: 1.5, assignee: { login: {} } };
    expect(map("pull_request", odd)).toEqual({ extensions: { label: "" } });
    expect(map("push", { created: "true", compare: 7 })).toEqual({ extensions: {} });
    expect(map("gollum", { pages: [1, {}, null] })).toEqual({ extensions: {} });
  });
});

describe("[GH-7] the event", () => {
  test("every published example gives a valid event, whose data is the payload's bytes", () => {
    let count = 0;
    for (const { name, examples } of published) {
      for (const payload of examples) {
        const text = JSON.stringify(payload);
        const event = eventOf(text, { eventName: name });
        expect(attributeFault(event.head.attributes)).toBe(undefined);
        for (const attribute of Object.keys(event.head.attributes)) expect(attribute).toMatch(/^[a-z0-9]{1,20}$/);
        expect(event.head.attributes.type).toBe(`dev.knative.source.github.${name}`);
        expect(new TextDecoder().decode(event.data)).toBe(text);
        count++;
      }
    }
    expect(count).toBeGreaterThan(250);
  });

  test("all attributes of an issue, in order of their precedence", () => {
    const text = '{"action":"opened","issue":{"number":7},"repository":{"name":"hello","owner":{"login":"octo"}}}';
    const overrides = { Cluster: "eu", action: "replaced", type: "forged", time: "forged", knativearrivaltime: "x" };
    expect(eventOf(text, { overrides }).head).toEqual({
      attributes: {
        specversion: "1.0",
        id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        source: "https://github.com/octo/hello",
        type: "dev.knative.source.github.issues",
        datacontenttype: "application/json",
        time: "2026-01-31T12:00:00.000Z",
        subject: "7",
        owner: "octo",
        repository: "hello",
        action: "replaced",
        cluster: "eu",
        knativearrivaltime: "2026-01-31T12:00:00.000Z",
      },
      headers: [],
      hops: 255,
    });
  });

  test("only a Broker adds the arrival time", () => {
    expect(eventOf("{}", { channel: "ns/channel/c" }).head.attributes.knativearrivaltime).toBe(undefined);
    expect(eventOf("{}", { channel: "broker/channel/broker" }).head.attributes.knativearrivaltime).toBe(undefined);
  });

  test("text that no attribute can carry is left out: control characters, lone surrogates, over 1,024 characters", () => {
    const label = (text: string) =>
      eventOf(`{"label":{"name":"${text}"}}`, { eventName: "label" }).head.attributes.label;
    expect(label("a\\nb")).toBe(undefined);
    expect(label("\\ud800")).toBe(undefined);
    expect(label("x".repeat(1025))).toBe(undefined);
    expect(label("x".repeat(1024))).toBe("x".repeat(1024));
    expect(label("Ä \\ud83d\\udc1b")).toBe("Ä 🐛");
  });
});

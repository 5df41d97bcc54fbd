import { expect, test } from "vitest";
import { readReply } from "../../src/courier/read-reply.ts";

const BATCH = "application/cloudevents-batch+json";
const batch = JSON.stringify([{ specversion: "1.0", id: "b", source: "/b", type: "b" }]);
const unusable = { kind: "delivered", status: 200, unusableReply: true };
const none = { kind: "delivered", status: 200 };

const cases: readonly [name: string, body: string | null, headers: Record<string, string>, outcome: object][] = [
  ["an empty answer is none", null, {}, none],
  ["an empty answer of a structured type is none", null, { "content-type": "application/cloudevents+json" }, none],
  ["an empty answer that says its length is none", "", { "content-length": "0" }, none],
  [
    "ce- headers without an event are unusable, even with no length",
    "",
    { "content-length": "0", "ce-id": "1" },
    unusable,
  ],
  ["text is unusable", "hello", { "content-type": "text/plain" }, unusable],
  ["ce- headers without an event are unusable, even without a body", null, { "ce-specversion": "1.0" }, unusable],
  ["a batch is unusable, even of one event", batch, { "content-type": BATCH }, unusable],
];
for (const [name, body, headers, outcome] of cases) {
  test(`[RPL-1] ${name}`, async () => {
    expect(await readReply(new Response(body, { headers }), 255)).toEqual(outcome);
  });
}

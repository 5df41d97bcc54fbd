import { CloudEvent, HTTP } from "cloudevents";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../src/core/decode-message.ts";
import { encodeMessage } from "../../src/core/encode-message.ts";

const TIME = "2026-11-23T12:00:00.000Z";
const ATTRIBUTES = {
  specversion: "1.0",
  id: "1",
  source: "/s",
  type: "t",
  time: TIME,
  subject: "a subject",
  datacontenttype: "application/json",
  ext: "x",
};
const DATA = { n: 1, s: "\u20ac" };

describe("the CloudEvents SDK for JavaScript as the other side", () => {
  test.each(["binary", "structured"] as const)("[MODE-8] what it sends in %s mode is read", (mode) => {
    const message = HTTP[mode](new CloudEvent({ ...ATTRIBUTES, data: DATA }));
    const headers = new Headers(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
    const decoded = decodeMessage(headers, new TextEncoder().encode(String(message.body)));
    const event = decoded.kind === "events" ? decoded.events[0] : undefined;
    const attributes = { ...event?.attributes };
    expect(String(attributes.datacontenttype)).toMatch(/^application\/json/);
    expect({ ...attributes, datacontenttype: ATTRIBUTES.datacontenttype }).toEqual(ATTRIBUTES);
    expect(JSON.parse(new TextDecoder().decode(event?.data))).toEqual(DATA);
  });

  test.each(["binary", "json"] as const)("[MODE-8] it reads what is sent in %s mode", (format) => {
    const data = new TextEncoder().encode(JSON.stringify(DATA));
    const { headers, body } = encodeMessage({ ...ATTRIBUTES, subject: "plain" }, data, format);
    const event = HTTP.toEvent({ headers: Object.fromEntries(headers), body: new TextDecoder().decode(body) });
    expect(JSON.parse(JSON.stringify(event))).toEqual({ ...ATTRIBUTES, subject: "plain", data: DATA });
  });
});

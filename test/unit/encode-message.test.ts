import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../src/core/decode-message.ts";
import { binaryHeaders, encodeMessage } from "../../src/core/encode-message.ts";
import type { Attributes, AttributeValue } from "../../src/core/event.ts";
import { SeededRandom } from "../kit/seeded-random.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const REQUIRED = { specversion: "1.0", id: "1", source: "/s", type: "t" };
const BINARY = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t" };
const JSON_EVENT = "application/cloudevents+json";

describe("encodeMessage", () => {
  function jsonBody(attributes: Attributes, data: string | Uint8Array): string {
    const message = encodeMessage(attributes, typeof data === "string" ? encoder.encode(data) : data, "json");
    expect(message.headers).toEqual([["content-type", JSON_EVENT]]);
    return decoder.decode(message.body).replace(JSON.stringify(attributes).slice(0, -1), "");
  }

  test("[MODE-6] binary: escaped ce- headers, the content type as it is, the same bytes", () => {
    const data = encoder.encode("x");
    const attributes = {
      ...REQUIRED,
      n: 5,
      b: true,
      s: 'a "\u20ac"',
      constructor: "c",
      datacontenttype: "text/plain; a=b",
    };
    expect(encodeMessage(attributes, data, "binary")).toEqual({
      headers: [
        ...Object.entries(BINARY),
        ["ce-n", "5"],
        ["ce-b", "true"],
        ["ce-s", "a%20%22%E2%82%AC%22"],
        ["ce-constructor", "c"],
        ["content-type", "text/plain; a=b"],
      ],
      body: data,
    });
    expect(binaryHeaders(REQUIRED)).toEqual(Object.entries(BINARY));
  });

  test.each([
    ["application/json", '{"n": 12345678901234567890}', ',"data":{"n": 12345678901234567890}}'],
    ["application/x+json", "[1,\n2]", ',"data":[1,\n2]}'],
    ["application/json", "{oops", ',"data_base64":"e29vcHM="}'],
    ["application/json", "", "}"],
    ["text/plain", 'a"\u20ac\n', ',"data":"a\\"\u20ac\\n"}'],
    ["application/xml", "<a/>", ',"data":"<a/>"}'],
    ["text/plain; charset=iso-8859-1", "abc", ',"data_base64":"YWJj"}'],
    ["image/png", "abc", ',"data_base64":"YWJj"}'],
  ])("[MODE-6] json: %s %j", (datacontenttype, data, rest) => {
    expect(jsonBody({ ...REQUIRED, datacontenttype }, data)).toBe(rest);
  });

  test("[MODE-6] json: data without a content type, or that is no UTF-8, is base64", () => {
    expect(jsonBody(REQUIRED, "{}")).toBe(',"data_base64":"e30="}');
    expect(jsonBody({ ...REQUIRED, datacontenttype: "text/plain" }, Uint8Array.from([255]))).toBe(
      ',"data_base64":"/w=="}',
    );
  });

  test("[MODE-6] json: white space around JSON is sent as it is and no part of the value", () => {
    const attributes = { ...REQUIRED, datacontenttype: "application/json" };
    const { headers, body } = encodeMessage(attributes, encoder.encode(" [1] \n"), "json");
    expect(decoder.decode(body)).toContain(',"data": [1] \n}');
    expect(decodeMessage(new Headers(headers.map(([name, value]) => [name, value])), body)).toEqual({
      kind: "events",
      events: [{ attributes, data: encoder.encode("[1]") }],
    });
  });

  test("[MODE-6] data that is itself a CloudEvent goes inside a structured one, whatever the format", () => {
    const attributes = { ...REQUIRED, datacontenttype: JSON_EVENT };
    const data = encoder.encode(JSON.stringify({ ...REQUIRED, id: "inner" }));
    const { headers, body } = encodeMessage(attributes, data, "binary");
    expect(decodeMessage(new Headers(headers.map(([name, value]) => [name, value])), body)).toEqual({
      kind: "events",
      events: [{ attributes, data }],
    });
  });
});

describe("round trips", () => {
  const TEXT = [
    "a",
    "Z",
    "0",
    " ",
    "%",
    "%41",
    '"',
    "\\",
    "\u00e9",
    "\u20ac",
    "\u{1f600}",
    "<",
    "/",
    "\ufffd",
    "{",
    "'",
  ];
  const DATA_TEXT = [...TEXT, "\n", "\u0000", "\ufeff", "\u2028", '{"a":1}', "[", "null", "12"];
  const TYPES = [
    "application/json",
    "text/plain",
    "a/b+json",
    "image/png",
    "garbage",
    "text/xml; charset=latin1",
    "application/xml",
  ];
  const JSON_TEXTS = [
    '{"a": 12345678901234567890}',
    "[1,\n 2]",
    '"\\u20ac \u20ac"',
    "null",
    "-0",
    `${"[".repeat(500)}${"]".repeat(500)}`,
    `${"[".repeat(512)}${"]".repeat(512)}`,
  ];

  function randomData(random: SeededRandom): Uint8Array {
    if (random.below(3) === 0) return Uint8Array.from({ length: random.below(9) }, () => random.below(256));
    if (random.below(2) === 0) return encoder.encode(random.pick(JSON_TEXTS));
    return encoder.encode(random.text(DATA_TEXT, random.below(8)));
  }

  function randomAttributes(random: SeededRandom): Attributes {
    const attributes: Record<string, AttributeValue> = { ...REQUIRED, id: `i${random.text(TEXT, random.below(6))}` };
    if (random.below(4) > 0) attributes.datacontenttype = random.pick(TYPES);
    if (random.below(4) === 0) attributes.subject = `s${random.text(TEXT, 3)}`;
    for (let count = random.below(4); count > 0; count--) {
      const name = random.pick(["constructor", "hasownproperty", "x", "y1", "99", "traceparent"]);
      attributes[name] = random.pick<AttributeValue>([random.text(TEXT, random.below(6)), 5, -1.5, 1e21, true, false]);
    }
    return attributes;
  }

  const texts = (attributes: Attributes) =>
    Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));

  function transfer(attributes: Attributes, data: Uint8Array, format: "binary" | "json") {
    const { headers, body } = encodeMessage(attributes, data, format);
    const message = decodeMessage(new Headers(headers.map(([name, value]) => [name, value])), body);
    const event = message.kind === "events" ? message.events[0] : undefined;
    if (event === undefined)
      throw new Error(`not decoded: ${JSON.stringify({ message, attributes, data: [...data] })}`);
    return event;
  }

  /** White space around a JSON text is no part of the value, so the JSON format cannot keep it. */
  function withoutOuterSpace(attributes: Attributes, data: Uint8Array): Uint8Array {
    if (!/json$/.test(String(attributes.datacontenttype))) return data;
    try {
      const text = decoder.decode(data);
      JSON.parse(text);
      return encoder.encode(text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ""));
    } catch {
      return data;
    }
  }

  test("[MODE-7] binary to structured to binary is identical in attributes and bytes (seeded)", () => {
    const random = new SeededRandom(42);
    for (let round = 0; round < 5_000; round++) {
      const attributes = randomAttributes(random);
      const sent = { attributes, data: withoutOuterSpace(attributes, randomData(random)) };
      const inJson = transfer(sent.attributes, sent.data, "json");
      expect(inJson).toEqual(sent);
      const inBinary = transfer(inJson.attributes, inJson.data, "binary");
      expect(inBinary).toEqual({ attributes: texts(sent.attributes), data: sent.data });
      expect(transfer(inBinary.attributes, inBinary.data, "json")).toEqual(inBinary);
    }
  });
});

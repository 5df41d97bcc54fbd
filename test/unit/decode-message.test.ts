import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../src/core/decode-message.ts";
import { encodeMessage } from "../../src/core/encode-message.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const REQUIRED = { specversion: "1.0", id: "1", source: "/s", type: "t" };
const BINARY = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t" };
const JSON_EVENT = "application/cloudevents+json";
const JSON_BATCH = "application/cloudevents-batch+json";

function decode(headers: Record<string, string>, body: string | Uint8Array) {
  return decodeMessage(new Headers(headers), typeof body === "string" ? encoder.encode(body) : body);
}

/** Attributes and data text of the only event, or the refusal. */
function structured(members: string) {
  const message = decode(
    { "content-type": JSON_EVENT },
    `{"specversion":"1.0","id":"1","source":"/s","type":"t"${members}}`,
  );
  if (message.kind !== "events") return message;
  const { specversion: _v, id: _i, source: _s, type: _t, ...others } = message.events[0]?.attributes ?? {};
  return { others, data: decoder.decode(message.events[0]?.data) };
}

function malformed(message: string) {
  return { kind: "malformed", message };
}

describe("decodeMessage, binary", () => {
  test("[MODE-2] reads attributes from ce- headers, the content type, and leaves the body alone", () => {
    const body = Uint8Array.from([0, 255, 123]);
    const headers = {
      ...BINARY,
      "ce-Subject": "a%20b",
      "ce-BADEXT": "%E2%82%AC",
      "ce-constructor": "c",
      "content-type": "garbage",
    };
    expect(decode(headers, body)).toEqual({
      kind: "events",
      events: [
        {
          attributes: { ...REQUIRED, subject: "a b", badext: "\u20ac", constructor: "c", datacontenttype: "garbage" },
          data: body,
        },
      ],
    });
  });

  test("[MODE-2] an empty subject is absent, an empty extension is not", () => {
    expect(decode({ ...BINARY, "ce-subject": "", "ce-ext": "" }, "")).toEqual({
      kind: "events",
      events: [{ attributes: { ...REQUIRED, ext: "" }, data: new Uint8Array(0) }],
    });
  });

  test("[MODE-2] keeps specversion 0.3 and its attributes", () => {
    const headers = { ...BINARY, "ce-specversion": "0.3", "ce-schemaurl": "s", "ce-datacontentencoding": "base64" };
    expect(decode(headers, "QQ==")).toMatchObject({
      events: [{ attributes: { ...REQUIRED, specversion: "0.3", schemaurl: "s", datacontentencoding: "base64" } }],
    });
  });

  test("[MODE-2] refuses names and values that are none", () => {
    expect(decode({ ...BINARY, "ce-bad_ext": "1" }, "")).toEqual(
      malformed('"bad_ext" is no attribute name: use only a-z and 0-9'),
    );
    expect(decode({ ...BINARY, "ce-__proto__": "1" }, "")).toEqual(
      malformed('"__proto__" is no attribute name: use only a-z and 0-9'),
    );
    expect(decode({ ...BINARY, "ce-ext": "%C0%A0" }, "")).toEqual(malformed("ce-ext is not valid UTF-8"));
    expect(decode({ ...BINARY, "ce-data": "1" }, "")).toEqual(
      malformed('an attribute cannot be named "data": that is the payload'),
    );
  });

  test("[MODE-2] a message without ce- headers is no event", () => {
    expect(decode({ "content-type": "application/json" }, '{"specversion":"1.0"}')).toEqual({ kind: "no-event" });
    expect(decode({}, "")).toEqual({ kind: "no-event" });
  });
});

describe("decodeMessage, structured", () => {
  test("[MODE-3] keeps data byte for byte and large integers unrounded", () => {
    const data = '{ "n" : 12345678901234567890, "e":1E400,"s":"\\u00e9\u20ac" }';
    expect(structured(`,"datacontenttype":"application/json","data": ${data} `)).toEqual({
      others: { datacontenttype: "application/json" },
      data,
    });
  });

  test.each([
    ["no content type means JSON", ',"data":"x"', { datacontenttype: "application/json" }, '"x"'],
    ["null data is JSON's null", ',"data":null', { datacontenttype: "application/json" }, "null"],
    ["no data, no content type", "", {}, ""],
    [
      "a suffix is JSON too",
      ',"datacontenttype":"A/B+JSON; x=y","data":"x"',
      { datacontenttype: "A/B+JSON; x=y" },
      '"x"',
    ],
    [
      "text is unescaped",
      ',"datacontenttype":"text/plain","data":"a\\n\\u20ac"',
      { datacontenttype: "text/plain" },
      "a\n\u20ac",
    ],
    [
      "other JSON in text stays raw",
      ',"datacontenttype":"text/plain","data":[1, 2]',
      { datacontenttype: "text/plain" },
      "[1, 2]",
    ],
    ["base64", ',"data_base64":"aGk="', {}, "hi"],
    ["base64 with escaped slashes", ',"data_base64":"Pz8\\/"', {}, "???"],
    ["base64 wins", ',"data":{"a":1},"data_base64":"aGk="', {}, "hi"],
    ["null base64 is absent", ',"data":1,"data_base64":null', { datacontenttype: "application/json" }, "1"],
    ["null attribute is absent", ',"ext":null,"datacontenttype":null,"subject":null', {}, ""],
    ["extension types stay", ',"n":-5,"f":0.5,"b":true,"S":"x"', { n: -5, f: 0.5, b: true, s: "x" }, ""],
    ["object member names", ',"constructor":"c","toString":1', { constructor: "c", tostring: 1 }, ""],
  ])("[MODE-3] %s", (_, members, others, data) => {
    expect(structured(members)).toEqual({ others, data });
  });

  test.each([
    [',"n":12345678901234567890', "n is a number that would be rounded or rewritten: send a string"],
    [',"n":1.0', "n is a number that would be rounded or rewritten: send a string"],
    [',"n":1e400', "n is a number that would be rounded or rewritten: send a string"],
    [',"n":-0', "n is a number that would be rounded or rewritten: send a string"],
    [',"n":{"a":1}', "n must be a string, a number or a boolean"],
    [',"n":[]', "n must be a string, a number or a boolean"],
    [',"my_ext":"x"', '"my_ext" is no attribute name: use only a-z and 0-9'],
    [',"__proto__":"x"', '"__proto__" is no attribute name: use only a-z and 0-9'],
    [',"Data":"x"', 'an attribute cannot be named "data": that is the payload'],
    [',"id":"2"', '"id" appears twice'],
    [',"ext":null,"EXT":1', '"ext" appears twice'],
    [',"data":1,"data":1', '"data" appears twice'],
    [',"data_base64":"%%%"', "data_base64 must be a string of base64 with its padding"],
    [',"data_base64":"aGk"', "data_base64 must be a string of base64 with its padding"],
    [',"data_base64":"aG k="', "data_base64 must be a string of base64 with its padding"],
    [',"data_base64":"aGl="', "data_base64 must be a string of base64 with its padding"],
    [',"data_base64":"===="', "data_base64 must be a string of base64 with its padding"],
    [',"data_base64":5', "data_base64 must be a string of base64 with its padding"],
    [',"datacontenttype":"text/plain","data":"\\ud800"', "data contains a lone surrogate, which no UTF-8 text can"],
    [',"time":5', "time must be a string"],
    [',"subject":"a\\u0000"', "subject contains a control character or invalid Unicode: remove it"],
  ])("[MODE-3] refuses %s", (members, message) => {
    expect(structured(members)).toEqual(malformed(message));
  });

  test.each(["", "{", "[]", "null", '"x"', '{"specversion":"1.0",}'])("[MODE-3] refuses the body %j", (body) => {
    expect(decode({ "content-type": JSON_EVENT }, body)).toEqual(
      malformed(
        "the event must be one valid JSON object in UTF-8, at most 512 levels deep and with at most 65536 members",
      ),
    );
  });

  test("[MODE-3] refuses bytes that are no UTF-8", () => {
    const body = Uint8Array.from([...encoder.encode('{"id":"'), 0xff, ...encoder.encode('"}')]);
    expect(decode({ "content-type": JSON_EVENT }, body).kind).toBe("malformed");
  });

  test("[MODE-3] in 0.3 datacontentencoding says that data is base64 text, and the text travels", () => {
    const body =
      '{"specversion":"0.3","id":"1","source":"/s","type":"t","datacontentencoding":"base64","datacontenttype":"application/json","data":"e30="}';
    const attributes = {
      ...REQUIRED,
      specversion: "0.3",
      datacontentencoding: "base64",
      datacontenttype: "application/json",
    };
    expect(decode({ "content-type": JSON_EVENT }, body)).toEqual({
      kind: "events",
      events: [{ attributes, data: encoder.encode("e30=") }],
    });
    expect(decoder.decode(encodeMessage(attributes, encoder.encode("e30="), "json").body)).toContain('"data":"e30="');
  });

  test("[MODE-4] the structured content type wins over ce- headers, in any case and with charset UTF-8", () => {
    const body = JSON.stringify({ ...REQUIRED, id: "inner" });
    for (const contentType of [
      JSON_EVENT,
      "Application/CloudEvents+JSON; Charset=UTF-8",
      `${JSON_EVENT};charset="utf-8"`,
    ]) {
      expect(decode({ ...BINARY, "content-type": contentType }, body)).toMatchObject({
        events: [{ attributes: { ...REQUIRED, id: "inner" } }],
      });
    }
  });

  test.each([
    `${JSON_EVENT}; charset=iso-8859-1`,
    "application/cloudevents+xml",
    "application/cloudevents+avro",
    "application/cloudevents",
    "application/cloudevents-batch+avro",
  ])("[MODE-4] %s is unsupported, with ce- headers too", (contentType) => {
    expect(decode({ "content-type": contentType }, "{}").kind).toBe("unsupported");
    expect(decode({ ...BINARY, "content-type": contentType }, "{}").kind).toBe("unsupported");
  });
});

describe("decodeMessage, batched", () => {
  const event = (id: string) => JSON.stringify({ ...REQUIRED, id, data: { id } });

  test("[MODE-5] gives all events in order", () => {
    const message = decode({ "content-type": `${JSON_BATCH}; charset=utf-8` }, ` [ ${event("a")} , ${event("b")} ] `);
    const events = message.kind === "events" ? message.events : [];
    expect(events.map(({ attributes, data }) => [attributes, decoder.decode(data)])).toEqual([
      [{ ...REQUIRED, id: "a", datacontenttype: "application/json" }, '{"id":"a"}'],
      [{ ...REQUIRED, id: "b", datacontenttype: "application/json" }, '{"id":"b"}'],
    ]);
  });

  test("[MODE-5] refuses an empty batch, no batch, and a batch with one bad event", () => {
    const batch = (body: string) => decode({ "content-type": JSON_BATCH }, body);
    expect(batch("[]")).toEqual(malformed("the batch is empty: send at least one event"));
    expect(batch(event("a"))).toEqual(malformed("a batch must be one valid JSON array of at most 65536 events"));
    expect(batch(`[${event("a")},{"id":"b"}]`)).toEqual(
      malformed("event 1: specversion is missing: every event needs specversion, id, source, type"),
    );
  });
});

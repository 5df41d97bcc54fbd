/** Events that break a rule of their content mode. */
import { bytesInJson, type HostileRequest, line, PATH, VALID } from "./hostile-request.ts";

const WITHOUT_TYPE = VALID.slice(0, 3);
const STRUCTURED = "Content-Type: application/cloudevents+json";
const BATCHED = "Content-Type: application/cloudevents-batch+json";
const ATTRIBUTES = '"specversion":"1.0","id":"1","source":"/hostile","type":"t"';

function binary(name: string, headers: readonly (string | Uint8Array)[], says: RegExp): HostileRequest {
  return { name, path: PATH, headers, body: "{}", status: 400, says };
}

function structured(name: string, body: string | Uint8Array, says: RegExp): HostileRequest {
  return { name, path: PATH, headers: [STRUCTURED], body, status: 400, says };
}

const attributes: readonly HostileRequest[] = [
  binary("no ce- headers at all", [], /no CloudEvent.*ce-/),
  binary("a required attribute is missing", WITHOUT_TYPE, /type is missing/),
  binary("a required attribute is empty", [...WITHOUT_TYPE, "ce-type: "], /type must not be empty/),
  binary("an unknown specversion", [...VALID.slice(1), "ce-specversion: 2.0"], /specversion must be/),
  binary("a time that is none", [...VALID, "ce-time: yesterday"], /time must be an RFC 3339 time/),
  binary("the 30th of February", [...VALID, "ce-time: 2026-02-30T00:00:00Z"], /time must be an RFC 3339 time/),
  binary(
    "a source with a broken escape",
    [...VALID.slice(0, 2), "ce-type: t", "ce-source: /%zz"],
    /source must be a URI/,
  ),
  binary("a dataschema without scheme", [...VALID, "ce-dataschema: //schema"], /dataschema must be an absolute URI/),
  binary("an extension named data", [...VALID, "ce-data: 1"], /cannot be named "data"/),
  binary("an extension named __proto__", [...VALID, "ce-__proto__: polluted"], /__proto__.*use only a-z and 0-9/),
  binary("an extension with a hyphen", [...VALID, "ce-my-extension: 1"], /my-extension.*use only a-z and 0-9/),
  binary("an extension without a name", [...VALID, "ce-: 1"], /use only a-z and 0-9/),
  binary("an attribute that is no UTF-8", [...WITHOUT_TYPE, line("ce-type", 0xff, 0xfe)], /ce-type is not valid UTF-8/),
  binary(
    "an escaped attribute that is no UTF-8",
    [...VALID, "ce-extension: %C3%28"],
    /ce-extension is not valid UTF-8/,
  ),
  binary("an escaped NUL", [...VALID, "ce-extension: a%00b"], /extension contains a control character/),
  binary("an escaped line break", [...VALID, "ce-extension: a%0D%0AX-Injected:%201"], /control character/),
  binary("an escaped surrogate", [...VALID, "ce-extension: %ED%A0%80"], /ce-extension is not valid UTF-8/),
  binary("a noncharacter", [...VALID, "ce-extension: %EF%BF%BE"], /control character or invalid Unicode/),
  binary("no hop left", [...VALID, "ce-knativebrokerttl: 0"], /knativebrokerttl/),
  {
    name: "an Idempotency-Key too long",
    path: PATH,
    headers: [...VALID, `Idempotency-Key: ${"k".repeat(256)}`],
    status: 400,
    says: /Idempotency-Key must have 1 to 255/,
  },
  {
    name: "an unknown format",
    path: PATH,
    headers: ["Content-Type: application/cloudevents+xml"],
    body: "<e/>",
    status: 415,
    says: /application\/cloudevents\+json/,
  },
  {
    name: "events in another charset",
    path: PATH,
    headers: [`${STRUCTURED}; charset=utf-16`],
    body: `{${ATTRIBUTES}}`,
    status: 415,
    says: /UTF-8/,
  },
];

const json: readonly HostileRequest[] = [
  structured("an empty body", "", /one valid JSON object/),
  structured("no JSON", "hello", /one valid JSON object/),
  structured("a list where an event belongs", `[{${ATTRIBUTES}}]`, /one valid JSON object/),
  structured("two events one after another", `{${ATTRIBUTES}}{${ATTRIBUTES}}`, /one valid JSON object/),
  structured("a cut-off event", `{${ATTRIBUTES},"data":{"a":`, /one valid JSON object/),
  structured("a comma too many", `{${ATTRIBUTES},}`, /one valid JSON object/),
  structured("a comment", `{${ATTRIBUTES}/* */}`, /one valid JSON object/),
  structured("NaN", `{${ATTRIBUTES},"data":NaN}`, /one valid JSON object/),
  structured("a number with a leading zero", `{${ATTRIBUTES},"data":012}`, /one valid JSON object/),
  structured("a byte order mark", `\ufeff{${ATTRIBUTES}}`, /one valid JSON object/),
  structured("UTF-16", Buffer.from(`{${ATTRIBUTES}}`, "utf16le"), /one valid JSON object in UTF-8/),
  structured("an overlong encoding", bytesInJson(`{${ATTRIBUTES},"x":"`, [0xc0, 0xaf], '"}'), /one valid JSON object/),
  structured("an encoded surrogate", bytesInJson(`{${ATTRIBUTES},"x":"`, [0xed, 0xa0, 0x80], '"}'), /one valid JSON/),
  structured("a raw NUL in a string", `{${ATTRIBUTES},"x":"a\u0000b"}`, /one valid JSON object/),
  structured("an escaped NUL in an attribute", `{${ATTRIBUTES},"x":"a\\u0000b"}`, /x contains a control character/),
  structured("a lone surrogate in an attribute", `{${ATTRIBUTES},"x":"\\ud800"}`, /x contains a control character/),
  structured(
    "a lone surrogate in text",
    `{${ATTRIBUTES},"datacontenttype":"text/plain","data":"\\ud800"}`,
    /lone surrogate/,
  ),
  structured("the same member twice", `{${ATTRIBUTES},"id":"2"}`, /"id" appears twice/),
  structured("the same member twice, once escaped", `{${ATTRIBUTES},"\\u0069d":"2"}`, /"id" appears twice/),
  structured("the same member in another case", `{${ATTRIBUTES},"ID":"2"}`, /"id" appears twice/),
  structured("data twice", `{${ATTRIBUTES},"data":1,"data":2}`, /"data" appears twice/),
  structured("a member named __proto__", `{${ATTRIBUTES},"__proto__":{"type":"polluted"}}`, /__proto__.*use only a-z/),
  structured("an escaped __proto__", `{${ATTRIBUTES},"\\u005f_proto__":"x"}`, /__proto__.*use only a-z/),
  structured("a constructor that is an object", `{${ATTRIBUTES},"constructor":{"prototype":1}}`, /constructor must be/),
  structured("required attributes from a prototype", '{"constructor":"x","id":"1"}', /specversion is missing/),
  structured("a number as id", '{"specversion":"1.0","id":1,"source":"/s","type":"t"}', /id must be a string/),
  structured("null as id", '{"specversion":"1.0","id":null,"source":"/s","type":"t"}', /id is missing/),
  structured(
    "a number that would be rounded",
    `{${ATTRIBUTES},"x":12345678901234567890}`,
    /x is a number that would be/,
  ),
  structured("base64 that is none", `{${ATTRIBUTES},"data_base64":"a*b="}`, /data_base64 must be/),
  structured("base64 without padding", `{${ATTRIBUTES},"data_base64":"YQ"}`, /data_base64 must be/),
  structured("base64 that is a number", `{${ATTRIBUTES},"data_base64":1}`, /data_base64 must be/),
  structured("100,000 levels", `{${ATTRIBUTES},"data":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, /512 levels/),
  structured("a million open brackets", "[".repeat(1_000_000), /one valid JSON object/),
  structured(
    "an attribute of 3 MB",
    `{${ATTRIBUTES},"x":"${"a".repeat(3_000_000)}"}`,
    /attributes have more than 131072 bytes together/,
  ),
  structured(
    "20,000 attributes",
    `{${ATTRIBUTES},${Array.from({ length: 20_000 }, (_, n) => `"x${n}":"${"v".repeat(60)}"`)}}`,
    /attributes have more than 131072 bytes/,
  ),
  {
    name: "a batch of a million events",
    path: PATH,
    headers: [BATCHED],
    body: `[${"{},".repeat(1_000_000)}{}]`,
    status: 400,
    says: /JSON array of at most 65536 events/,
  },
  structured("a million members", `{${'"a":1,'.repeat(1_000_000)}"b":1}`, /at most 65536 members/),
  { name: "an empty batch", path: PATH, headers: [BATCHED], body: "[]", status: 400, says: /batch is empty/ },
  {
    name: "a batch that is no list",
    path: PATH,
    headers: [BATCHED],
    body: `{${ATTRIBUTES}}`,
    status: 400,
    says: /JSON array/,
  },
  {
    name: "a batch with one bad event",
    path: PATH,
    headers: [BATCHED],
    body: `[{${ATTRIBUTES}},{"id":"2"}]`,
    status: 400,
    says: /event 1: specversion is missing/,
  },
  {
    name: "a batch within a batch",
    path: PATH,
    headers: [BATCHED],
    body: `[[{${ATTRIBUTES}}]]`,
    status: 400,
    says: /event 0: .*JSON object/,
  },
];

export const HOSTILE_EVENTS: readonly HostileRequest[] = [...attributes, ...json];

/** Requests that must be refused: what is sent, with which status it is refused, and what the reason must name. */
import { createHmac } from "node:crypto";
import type { RawOptions, RawRequest } from "./raw-http.ts";

export const BROKER = "hostile";
export const SOURCE = "repository";
export const SECRET = "a secret between the repository and the router";

export interface HostileRequest extends RawRequest, RawOptions {
  readonly name: string;
  /** `closed` where the HTTP layer may only end the connection. */
  readonly status: number | "closed";
  /** What the JSON reason must say; without one, the HTTP layer below the router refuses in its own words. */
  readonly says?: RegExp;
}

const PATH = `/default/${BROKER}`;
const VALID = ["ce-specversion: 1.0", "ce-id: 1", "ce-source: /hostile", "ce-type: t"];
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

/** In front of bytes that are no text. */
function line(name: string, ...bytes: readonly number[]): Uint8Array {
  return Buffer.concat([Buffer.from(`${name}: `), Buffer.from(bytes)]);
}

function bytesInJson(before: string, bytes: readonly number[], after: string): Uint8Array {
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
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
  structured("an attribute of 3 MB", `{${ATTRIBUTES},"x":"${"a".repeat(3_000_000)}"}`, /attributes/),
  structured(
    "20,000 attributes",
    `{${ATTRIBUTES},${Array.from({ length: 20_000 }, (_, n) => `"x${n}":"${"v".repeat(60)}"`)}}`,
    /attributes/,
  ),
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

const lengths: readonly HostileRequest[] = [
  {
    name: "a client that leaves midway",
    path: PATH,
    headers: [...VALID, "Content-Length: 1000"],
    announceLength: false,
    body: "{",
    end: true,
    status: 400,
  },
  {
    name: "a client that resets midway",
    path: PATH,
    headers: [...VALID, "Content-Length: 1000"],
    announceLength: false,
    body: "{",
    reset: true,
    status: "closed",
  },
  {
    name: "chunks that end midway",
    path: PATH,
    headers: [...VALID, "Transfer-Encoding: chunked"],
    announceLength: false,
    body: "5\r\nhello\r\n",
    end: true,
    status: 400,
  },
  {
    name: "a large upload that breaks off",
    path: PATH,
    headers: [...VALID, "Content-Length: 20000000"],
    announceLength: false,
    body: Buffer.alloc(3_000_000),
    end: true,
    status: 400,
  },
  {
    name: "a Content-Length over the limit",
    path: PATH,
    headers: [...VALID, "Content-Length: 26214401"],
    announceLength: false,
    body: "{",
    status: 413,
    says: /26214400 bytes/,
  },
  {
    name: "a Content-Length beyond every number",
    path: PATH,
    headers: [...VALID, "Content-Length: 99999999999999999999999"],
    announceLength: false,
    body: "{",
    end: true,
    status: 400,
  },
  {
    name: "a negative Content-Length",
    path: PATH,
    headers: [...VALID, "Content-Length: -1"],
    announceLength: false,
    status: 400,
  },
  {
    name: "a Content-Length that is no number",
    path: PATH,
    headers: [...VALID, "Content-Length: 0x10"],
    announceLength: false,
    body: "{}",
    status: 400,
  },
  {
    name: "two Content-Lengths",
    path: PATH,
    headers: [...VALID, "Content-Length: 2", "Content-Length: 3"],
    announceLength: false,
    body: "{}",
    end: true,
    status: 400,
  },
  {
    name: "Content-Length and Transfer-Encoding",
    path: PATH,
    headers: [...VALID, "Content-Length: 2", "Transfer-Encoding: chunked"],
    announceLength: false,
    body: "0\r\n\r\n",
    status: 400,
  },
  {
    name: "chunks that are garbage",
    path: PATH,
    headers: [...VALID, "Transfer-Encoding: chunked"],
    announceLength: false,
    body: "zzz\r\n{}\r\n0\r\n\r\n",
    status: 400,
  },
  {
    name: "a chunk longer than it says",
    path: PATH,
    headers: [...VALID, "Transfer-Encoding: chunked"],
    announceLength: false,
    body: "1\r\n{}\r\n0\r\n\r\n",
    end: true,
    status: 400,
  },
  {
    name: "a chunk of negative size",
    path: PATH,
    headers: [...VALID, "Transfer-Encoding: chunked"],
    announceLength: false,
    body: "-1\r\n{}\r\n0\r\n\r\n",
    end: true,
    status: 400,
  },
  {
    name: "a chunk size beyond every number",
    path: PATH,
    headers: [...VALID, "Transfer-Encoding: chunked"],
    announceLength: false,
    body: "fffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    end: true,
    status: 400,
  },
  {
    name: "an unknown transfer encoding",
    path: PATH,
    headers: [...VALID, "Transfer-Encoding: gzip"],
    announceLength: false,
    body: "{}",
    end: true,
    status: 501,
  },
];

const headers: readonly HostileRequest[] = [
  { name: "a header without a colon", path: PATH, headers: [...VALID, "no colon"], status: 400 },
  { name: "a header with a space in its name", path: PATH, headers: [...VALID, "ce bad: 1"], status: 400 },
  { name: "a folded header", path: PATH, headers: [...VALID, " folded"], status: 400 },
  { name: "a NUL in a header", path: PATH, headers: [...VALID, line("ce-extension", 0x61, 0, 0x62)], status: 400 },
  { name: "a lone carriage return in a header", path: PATH, headers: [...VALID, "ce-extension: a\rb"], status: 400 },
  { name: "a header of 1 MB", path: PATH, headers: [...VALID, `ce-extension: ${"x".repeat(1_000_000)}`], status: 431 },
  {
    name: "100,000 headers",
    path: PATH,
    headers: [...VALID, ...Array.from({ length: 100_000 }, (_, n) => `ce-x${n}: 1`)],
    status: 431,
  },
  { name: "no HTTP at all", method: "\u0016\u0003\u0001", path: PATH, status: 400 },
  { name: "an unknown method", method: "BREW", path: PATH, headers: VALID, status: 501 },
  { name: "a path without a slash", path: "default", headers: VALID, status: 400 },
  { name: "a path of 1 MB", path: `/${"x".repeat(1_000_000)}`, headers: VALID, status: 431 },
];

const paths: readonly HostileRequest[] = [
  ...["GET", "PUT", "PATCH", "DELETE"].map((method) => ({
    name: `${method} on an ingress`,
    method,
    path: PATH,
    headers: VALID,
    status: 405,
    says: /POST/,
  })),
  ...[
    `//default/${BROKER}`,
    `/default//${BROKER}`,
    `${PATH}//`,
    "/default",
    `${PATH}/extra/more`,
    `/default/brokers/${BROKER}`,
    `/default/__proto__/${BROKER}`,
    `/default/constructor/${BROKER}`,
  ].map((path) => ({
    name: `POST ${path}`,
    path,
    headers: VALID,
    status: 400,
    says: /post events to \/\{namespace\}\/\{broker\}/,
  })),
  ...["/", "/api", "/apis", "/openapi/x", "/version/x", "/console/x", "/metrics/x", "/.well-known/x"].map((path) => ({
    name: `POST ${path}`,
    path,
    headers: VALID,
    status: 404,
    says: /post events|reserved|could not find/,
  })),
  ...[
    `/default%2f${BROKER}/x`,
    `/default/${BROKER}%00`,
    `/default/${BROKER}%2f`,
    "/default/%E2%80%AE",
    `/default/${BROKER.toUpperCase()}`,
    `/default/${"x".repeat(254)}`,
    `/default/-${BROKER}`,
    "/default/__proto__",
  ].map((path) => ({
    name: `POST ${path.slice(0, 40)}`,
    path,
    headers: VALID,
    status: 404,
    says: /none that a resource can have/,
  })),
  {
    name: "a broker that does not exist",
    path: "/default/missing",
    headers: VALID,
    status: 404,
    says: /no default\/broker\/missing: create it/,
  },
  {
    name: "out of the namespace with encoded dots",
    path: `/default/${BROKER}/%2e%2e/%2e%2e/other/${BROKER}`,
    headers: VALID,
    status: 404,
    says: /no other\/broker\/hostile/,
  },
  {
    name: "into the API with encoded dots",
    path: "/default/%2e%2e/apis/x",
    headers: VALID,
    status: 404,
    says: /could not find/,
  },
];

function foreign(name: string, path: string, header: string): HostileRequest {
  return { name, path, headers: [...VALID, header], body: "{}", status: 403, says: /without authentication/ };
}

const API = "/apis/eventing.knative.dev/v1/namespaces/default/brokers";
const WEBHOOK = `/default/webhooks/${SOURCE}`;

const origins: readonly HostileRequest[] = [PATH, WEBHOOK, API].flatMap((path) => [
  foreign(`a foreign Host at ${path}`, path, "Host: attacker.example"),
  foreign(`a foreign Host with the right port at ${path}`, path, "Host: attacker.example:80"),
  foreign(`an empty Host at ${path}`, path, "Host:"),
  foreign(`a foreign Origin at ${path}`, path, "Origin: https://attacker.example"),
  foreign(`an opaque Origin at ${path}`, path, "Origin: null"),
]);

const PAYLOAD = '{"repository":{"full_name":"o/r"}}';
const GITHUB = ["X-GitHub-Event: push", "X-GitHub-Delivery: 1", "Content-Type: application/json"];

function signed(body: string | Uint8Array, secret = SECRET): string {
  return `X-Hub-Signature-256: sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

function webhook(
  name: string,
  lines: readonly string[],
  says: RegExp,
  body: string | Uint8Array = PAYLOAD,
): HostileRequest {
  return { name: `a webhook with ${name}`, path: WEBHOOK, headers: lines, body, status: 400, says };
}

const SIGNATURE = signed(PAYLOAD);
const webhooks: readonly HostileRequest[] = [
  webhook("no signature", GITHUB, /X-Hub-Signature-256" header is not set/),
  webhook("an empty signature", [...GITHUB, "X-Hub-Signature-256:"], /not sha256= and 64 hex digits/),
  webhook("a signature cut short", [...GITHUB, SIGNATURE.slice(0, -2)], /64 hex digits/),
  webhook("a signature with more behind it", [...GITHUB, `${SIGNATURE}00`], /64 hex digits/),
  webhook("two signatures", [...GITHUB, SIGNATURE, SIGNATURE], /64 hex digits/),
  webhook(
    "a SHA-1 signature alone",
    [...GITHUB, `X-Hub-Signature: sha1=${"0".repeat(40)}`],
    /X-Hub-Signature-256" header is not set/,
  ),
  webhook("another algorithm's name", [...GITHUB, SIGNATURE.replace("sha256=", "none=")], /64 hex digits/),
  webhook("a signature of zeros", [...GITHUB, `X-Hub-Signature-256: sha256=${"0".repeat(64)}`], /does not fit/),
  webhook("another secret", [...GITHUB, signed(PAYLOAD, "guess")], /does not fit/),
  webhook("the empty secret", [...GITHUB, signed(PAYLOAD, "")], /does not fit/),
  webhook("a body changed after signing", [...GITHUB, SIGNATURE], /does not fit/, `${PAYLOAD} `),
  webhook("no event name", [...GITHUB.slice(1), SIGNATURE], /X-GitHub-Event" header is not set/),
  webhook("an event name that is none", ["X-GitHub-Event: ../push", ...GITHUB.slice(1), SIGNATURE], /no event name/),
  webhook("no delivery id", [GITHUB[0] ?? "", GITHUB[2] ?? "", SIGNATURE], /X-GitHub-Delivery" header is not set/),
  webhook("no body", [...GITHUB, signed("")], /body is empty/, ""),
  webhook("a signed body that is no JSON", [...GITHUB, signed("hello")], /no valid JSON object/, "hello"),
  webhook("a signed list", [...GITHUB, signed("[]")], /no valid JSON object/, "[]"),
  {
    ...webhook(
      "a content type that is none",
      [...GITHUB.slice(0, 2), "Content-Type: text/plain", SIGNATURE],
      /content type/,
    ),
    status: 415,
  },
  { ...webhook("GET", GITHUB, /posted/), method: "GET", status: 405 },
  {
    name: "a webhook for no source",
    path: "/default/webhooks/missing",
    headers: [...GITHUB, SIGNATURE],
    body: PAYLOAD,
    status: 404,
    says: /no source missing/,
  },
  {
    name: "a webhook without a source",
    path: "/default/webhooks/",
    headers: GITHUB,
    body: PAYLOAD,
    status: 404,
    says: /\/\{namespace\}\/webhooks\/\{source\}/,
  },
  {
    name: "a webhook for __proto__",
    path: "/default/webhooks/__proto__",
    headers: GITHUB,
    body: PAYLOAD,
    status: 404,
    says: /webhooks\/\{source\}/,
  },
];

export const HOSTILE_REQUESTS: readonly HostileRequest[] = [
  ...attributes,
  ...json,
  ...lengths,
  ...headers,
  ...paths,
  ...origins,
  ...webhooks,
];

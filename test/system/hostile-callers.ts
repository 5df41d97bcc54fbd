/** Callers that may not do what they ask for: foreign web pages, forged webhooks, manifests that are none. */
import { createHmac } from "node:crypto";
import { bytesInJson, type HostileRequest, PATH, SECRET, SOURCE, VALID } from "./hostile-request.ts";

function foreign(name: string, path: string, header: string): HostileRequest {
  return { name, path, headers: [...VALID, header], body: "{}", status: 403, says: /without authentication/ };
}

const API = "/apis/eventing.knative.dev/v1/namespaces/default/brokers";
const WEBHOOK = `/default/webhooks/${SOURCE}`;

const origins: readonly HostileRequest[] = [PATH, WEBHOOK, API].flatMap((path) => [
  foreign(`a foreign Host at ${path}`, path, "Host: attacker.example"),
  foreign(`a foreign Host with the right port at ${path}`, path, "Host: attacker.example:80"),
  { name: `an empty Host at ${path}`, path, headers: [...VALID, "Host:"], body: "{}", status: 400 },
  foreign(`a foreign Origin at ${path}`, path, "Origin: https://attacker.example"),
  foreign(`an opaque Origin at ${path}`, path, "Origin: null"),
]);

const MANIFEST = '"apiVersion":"eventing.knative.dev/v1","kind":"Broker"';
const JSON_TYPE = "Content-Type: application/json";

function manifest(name: string, body: string | Uint8Array, status: number, says: RegExp): HostileRequest {
  return { name: `a manifest with ${name}`, path: API, headers: [JSON_TYPE], body, status, says };
}

const manifests: readonly HostileRequest[] = [
  manifest("no JSON", "hello", 400, /json/),
  manifest("nothing in it", "", 400, /json/),
  manifest("a list", "[]", 400, /it is no object/),
  manifest("bytes that are no UTF-8", bytesInJson("{", [0xff], "}"), 400, /not UTF-8/),
  manifest("100,000 levels", `{${MANIFEST},"spec":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, 400, /./),
  manifest("more than 1 MB", `{${MANIFEST},"x":"${"a".repeat(1_048_576)}"}`, 413, /1048576 bytes/),
  {
    ...manifest("__proto__", `{${MANIFEST},"metadata":{"name":"a"},"__proto__":{"spec":{}}}`, 400, /__proto__/),
    path: `${API}?fieldValidation=Strict`,
  },
  manifest("__proto__ as its name", `{${MANIFEST},"metadata":{"name":"__proto__"}}`, 422, /metadata.name/),
  manifest("a reserved namespace", `{${MANIFEST},"metadata":{"name":"a","namespace":"apis"}}`, 400, /namespace/),
  {
    ...manifest("another content type", `{${MANIFEST},"metadata":{"name":"a"}}`, 415, /text\/plain/),
    headers: ["Content-Type: text/plain"],
  },
  { ...manifest("PUT on a collection", `{${MANIFEST}}`, 405, /method/), method: "PUT" },
  { ...manifest("a path into another resource", `{${MANIFEST}}`, 404, /could not find/), path: `${API}/a/b/c` },
  {
    ...manifest("a reserved namespace in its path", `{${MANIFEST},"metadata":{"name":"a"}}`, 404, /"apis" not found/),
    path: API.replace("default", "apis"),
  },
];

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
    name: "a webhook for __proto__",
    path: "/default/webhooks/__proto__",
    headers: GITHUB,
    body: PAYLOAD,
    status: 404,
    says: /webhooks\/\{source\}/,
  },
];

export const HOSTILE_CALLERS: readonly HostileRequest[] = [...origins, ...manifests, ...webhooks];

/** Requests that are wrong below or around the event: lengths, chunks, headers, methods, paths. */
import { BROKER, type HostileRequest, line, PATH, VALID } from "./hostile-request.ts";
import type { RawOptions } from "./raw-http.ts";

const ENDED_EARLY = /body ended before it was complete/;
const CHUNKED = "Transfer-Encoding: chunked";

/** A body whose length is announced by `lines` alone. */
function announced(
  name: string,
  lines: readonly string[],
  body: string | Uint8Array,
  refusal: { readonly status?: number | "closed"; readonly says?: RegExp } & RawOptions,
): HostileRequest {
  return { status: 400, ...refusal, name, path: PATH, headers: [...VALID, ...lines], announceLength: false, body };
}

const TOO_LARGE = { status: 413, says: /26214400 bytes/ };
const EXPECT = ["Expect: 100-continue"];
const early = { end: true, says: ENDED_EARLY };
const lengths: readonly HostileRequest[] = [
  announced("a client that leaves midway", ["Content-Length: 1000"], "{", early),
  announced("a client that resets midway", ["Content-Length: 1000"], "{", { reset: true, status: "closed" }),
  announced("a large upload that breaks off", ["Content-Length: 20000000"], Buffer.alloc(3_000_000), early),
  announced("chunks that end midway", [CHUNKED], "5\r\nhello\r\n", early),
  announced("chunks that are garbage", [CHUNKED], "zzz\r\n{}\r\n0\r\n\r\n", early),
  announced("a chunk longer than it says", [CHUNKED], "1\r\n{}\r\n0\r\n\r\n", early),
  announced("a chunk of negative size", [CHUNKED], "-1\r\n{}\r\n0\r\n\r\n", early),
  announced("a chunk size beyond every number", [CHUNKED], "fffffffffffffffffff\r\n{}\r\n0\r\n\r\n", early),
  announced("an upload over the limit that breaks off", ["Content-Length: 26214401"], "{", { ...TOO_LARGE, end: true }),
  announced("a Content-Length far over the limit", ["Content-Length: 52428801"], "{", TOO_LARGE),
  announced("a Content-Length over the limit, asked for", [...EXPECT, "Content-Length: 26214401"], "", TOO_LARGE),
  announced("a Content-Length beyond every number", ["Content-Length: 99999999999999999999999"], "{", {}),
  announced("a negative Content-Length", ["Content-Length: -1"], "", {}),
  announced("a Content-Length that is no number", ["Content-Length: 0x10"], "{}", {}),
  announced("two Content-Lengths", ["Content-Length: 2", "Content-Length: 3"], "{}", {}),
  announced("an unknown transfer encoding", ["Transfer-Encoding: gzip"], "{}", {}),
];

const headers: readonly HostileRequest[] = [
  { name: "a header without a colon", path: PATH, headers: [...VALID, "no colon"], status: 400 },
  {
    name: "a header with a space in its name",
    path: PATH,
    headers: [...VALID, "ce bad: 1"],
    status: 400,
  },
  { name: "a folded header", path: PATH, headers: [...VALID, " folded"], status: 400 },
  {
    name: "a NUL in a header",
    path: PATH,
    headers: [...VALID, line("ce-extension", 0x61, 0, 0x62)],
    status: 400,
  },
  {
    name: "a lone carriage return in a header",
    path: PATH,
    headers: [...VALID, "ce-extension: a\rb"],
    status: 400,
  },
  { name: "a header of 1 MB", path: PATH, headers: [...VALID, `ce-extension: ${"x".repeat(1_000_000)}`], status: 431 },
  {
    name: "100,000 headers",
    path: PATH,
    headers: [...VALID, ...Array.from({ length: 100_000 }, (_, n) => `ce-x${n}: 1`)],
    status: 431,
  },
  { name: "no HTTP at all", method: "\u0016\u0003\u0001", path: PATH, status: 400 },
  { name: "an unknown method", method: "BREW", path: PATH, headers: VALID, status: 501 },
  { name: "a path without a slash", path: "default", headers: VALID, status: 404, says: /post events to/ },
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
  ...["/api", "/apis"].map((path) => ({ name: `POST ${path}`, path, headers: VALID, status: 405, says: /method/ })),
  ...["/", "/openapi/x", "/version/x", "/console/x", "/metrics/x", "/.well-known/x"].map((path) => ({
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
    "/default/h\u00f6stile",
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
    says: /no broker "missing" in namespace "default".*create it/,
  },
  {
    name: "out of the namespace with encoded dots",
    path: `/default/${BROKER}/%2e%2e/%2e%2e/other/${BROKER}`,
    headers: VALID,
    status: 400,
    says: /post events to/,
  },
  {
    name: "into the API with encoded dots",
    path: "/default/%2e%2e/apis/x",
    headers: VALID,
    status: 400,
    says: /post events to/,
  },
];

export const HOSTILE_HTTP: readonly HostileRequest[] = [...lengths, ...headers, ...paths];

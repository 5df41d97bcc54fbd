/** Every recorded ingress request, sent byte for byte over a socket. */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { apply } from "../kit/apply.ts";
import { ROOT, type Router, startRouter } from "./harness.ts";
import { type Sink, startSink } from "./sink.ts";

interface IngressCase {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expectedStatus: number;
}

const text = readFileSync(join(ROOT, "test/oracle/ingress-cases.json"), "utf8");
const { cases }: { readonly cases: readonly IngressCase[] } = JSON.parse(text);

describe("ingress oracle", () => {
  const answered = new Set<string>();
  let router: Router;
  let sink: Sink;

  beforeAll(async () => {
    [router, sink] = await Promise.all([startRouter(), startSink()]);
    await apply(router, { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name: "b" } });
    await apply(router, {
      apiVersion: "eventing.knative.dev/v1",
      kind: "Trigger",
      metadata: { name: "ok" },
      spec: { broker: "b", filter: { attributes: { type: "ok" } }, subscriber: { uri: `${sink.url}/ok` } },
    });
  });

  it.each(cases)("[ORACLE-ING] $name is answered with $expectedStatus", async (request) => {
    expect(await statusOf(router.port, request)).toBe(request.expectedStatus);
    answered.add(request.name);
  });

  it("[ORACLE-ING] every case of the file was sent", () => {
    const inFile = text.split('"expectedStatus"').length - 1;
    expect(inFile).toBeGreaterThan(1);
    expect(answered.size).toBe(inFile);
  });

  it("[ORACLE-ING] exactly the accepted events of type ok are delivered", async () => {
    const expected = cases.filter((each) => each.expectedStatus === 202 && /"ok"/.test(typeOf(each))).length;
    await sink.until(() => sink.requests.length >= expected, {
      timeoutMs: 10_000,
      describe: () => `${sink.requests.length} of ${expected} events were delivered`,
    });
    expect(sink.requests.map((request) => `${request.path} ${request.headers["ce-type"]}`)).toEqual(
      Array.from({ length: expected }, () => "/ok ok"),
    );
  });
});

/** The event type in the headers or, in structured mode, in the body. */
function typeOf({ headers, body }: IngressCase): string {
  const header = headers["ce-type"];
  return header === undefined ? (/"type": "[^"]*"/.exec(body)?.[0] ?? "") : JSON.stringify(header);
}

/** Written by hand: clients refuse a GET with a body and tidy up header names. */
function statusOf(port: number, { method, path, headers, body }: IngressCase): Promise<number> {
  const bytes = Buffer.from(body);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Connection: close",
    `Content-Length: ${bytes.length}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return new Promise((done, fail) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("error", fail);
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("end", () => {
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
      if (status === undefined) fail(new Error(`no HTTP answer but ${JSON.stringify(answer)}`));
      else done(Number(status));
    });
    socket.write(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), bytes]));
  });
}

/** Bodies in Kubernetes' protobuf, as kubectl and other Go clients send them for core kinds. */
import { describe, expect, test } from "vitest";
import { parseProtobuf } from "../../src/control-plane/bodies/parse-protobuf.ts";
import { BROKERS, broker, KEY, SECRETS, World } from "./control-plane-world.ts";
import { bytes, entry, envelope, integer, message, text, varint } from "./protobuf-writer.ts";
import { rawRequest } from "./raw-request.ts";

const PROTOBUF = { "content-type": "application/vnd.kubernetes.protobuf" };

/** As Go writes metadata: text and times that are not set are there, and empty. */
const goMetadata = (name: string) =>
  message(1, text(1, name), text(2, ""), text(3, ""), text(5, ""), integer(7, 0), message(8));

describe("[CP-PB] parsing", () => {
  test("[CP-PB-1] a Namespace: what is not set is left out", () => {
    const body = envelope("v1", "Namespace", goMetadata("team"), message(2), message(3, text(1, "")));
    expect(parseProtobuf(body)).toEqual({
      kind: "object",
      object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" }, spec: {}, status: {} },
    });
  });

  test("[CP-PB-2] all of an object's metadata", () => {
    const fieldsV1 = message(7, text(1, '{"f:data":{}}'));
    const managed = message(17, text(1, "helm"), text(2, "Update"), message(4, integer(1, 1767225600)), fieldsV1);
    const owner = message(
      13,
      text(1, "Broker"),
      text(3, "b"),
      text(4, "u"),
      text(5, "eventing.knative.dev/v1"),
      integer(6, 1),
    );
    const deleted = message(9, integer(1, 1767323045), integer(2, 5));
    const labels = [entry(11, "a", ""), entry(11, "__proto__", "x")];
    const lists = [entry(12, "note", "ä"), text(14, "f1"), text(14, ""), owner, managed];
    const metadata = message(1, text(1, "c"), integer(10, 30), deleted, ...labels, ...lists);
    const parsed = parseProtobuf(envelope("v1", "ConfigMap", metadata, bytesEntry(3, "b", [0, 255]), integer(4, 0)));
    expect(parsed).toEqual({
      kind: "object",
      object: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {
          name: "c",
          deletionGracePeriodSeconds: 30,
          deletionTimestamp: "2026-01-02T03:04:05Z",
          labels: Object.fromEntries([
            ["a", ""],
            ["__proto__", "x"],
          ]),
          annotations: { note: "ä" },
          finalizers: ["f1", ""],
          ownerReferences: [
            { kind: "Broker", name: "b", uid: "u", apiVersion: "eventing.knative.dev/v1", controller: true },
          ],
          managedFields: [
            { manager: "helm", operation: "Update", time: "2026-01-01T00:00:00Z", fieldsV1: { "f:data": {} } },
          ],
        },
        binaryData: { b: "AP8=" },
        immutable: false,
      },
    });
  });

  test.each([
    [
      "ServiceAccount",
      [message(2, text(3, "s")), message(3, text(1, "p")), integer(4, 1)],
      { secrets: [{ name: "s" }], imagePullSecrets: [{ name: "p" }], automountServiceAccountToken: true },
    ],
    [
      "DeleteOptions",
      [integer(1, 0), message(2, text(1, "u"), text(2, "7")), text(4, "Foreground"), text(5, "All")],
      {
        gracePeriodSeconds: 0,
        preconditions: { uid: "u", resourceVersion: "7" },
        propagationPolicy: "Foreground",
        dryRun: ["All"],
      },
    ],
    [
      "SelfSubjectAccessReview",
      [
        goMetadata(""),
        message(2, message(1, text(1, "ns"), text(2, "create"), text(3, "g"), text(5, "brokers"), text(6, ""))),
      ],
      {
        metadata: {},
        spec: { resourceAttributes: { namespace: "ns", verb: "create", group: "g", resource: "brokers" } },
      },
    ],
    ["SelfSubjectRulesReview", [message(2, text(1, "ns"))], { spec: { namespace: "ns" } }],
    ["SelfSubjectReview", [goMetadata("")], { metadata: {} }],
  ])("[CP-PB-3] %s", (kind, fields, members) => {
    const object = { apiVersion: "v1", kind, ...members };
    expect(parseProtobuf(envelope("v1", kind, ...fields))).toEqual({ kind: "object", object });
  });

  test("[CP-PB-4] unknown fields and wire types of a fixed width are passed over", () => {
    const fixed = Buffer.concat([varint((99 << 3) | 1), Buffer.alloc(8), varint((98 << 3) | 5), Buffer.alloc(4)]);
    const body = envelope("v1", "ConfigMap", fixed, text(97, "x"), entry(2, "a", "b"));
    expect(parseProtobuf(body)).toMatchObject({ object: { apiVersion: "v1", kind: "ConfigMap", data: { a: "b" } } });
  });

  test.each([
    ["no envelope", Buffer.from("{}"), "the body does not begin as Kubernetes' protobuf does"],
    ["nothing", Buffer.alloc(0), "the body does not begin as Kubernetes' protobuf does"],
    ["half a field", Buffer.from("k8s\0\x0a\x7f"), "the message ends in the middle of a field"],
    [
      "an endless number",
      Buffer.concat([Buffer.from("k8s\0"), Buffer.alloc(20, 0xff)]),
      "a number has more than 10 bytes",
    ],
    ["a group", Buffer.from("k8s\0\x0b"), "field 1 has an unknown wire type"],
    ["text where a number belongs", envelope("v1", "ConfigMap", text(4, "x")), "field 4 is no number"],
    ["a number where text belongs", envelope("v1", "Secret", integer(3, 1)), "field 3 is a number"],
    [
      "a number beyond 53 bits",
      envelope("v1", "DeleteOptions", integer(1, 2n ** 60n)),
      "the number in field 1 is too large",
    ],
    [
      "a time beyond all years",
      envelope("v1", "Secret", message(1, message(8, integer(1, 9e14)))),
      "a time is out of range",
    ],
    ["text that is not UTF-8", envelope("v1", "Secret", bytes(3, Uint8Array.of(0xff))), "text in it is not UTF-8"],
    [
      "a JSON text that is none",
      envelope("v1", "Secret", message(1, message(17, message(7, text(1, "{"))))),
      /^a JSON text in it: /,
    ],
  ])("[CP-PB-5] %s is malformed", (_what, body, problem) => {
    const parsed = parseProtobuf(body);
    expect(parsed).toEqual({
      kind: "malformed",
      problem: typeof problem === "string" ? problem : expect.stringMatching(problem),
    });
  });

  test("[CP-PB-6] kinds without a message are unsupported, prototype names among them", () => {
    for (const kind of ["Pod", "constructor", ""]) {
      const problem = `no message of kind ${JSON.stringify(kind)} is read as protobuf: send it as JSON`;
      expect(parseProtobuf(envelope("v1", kind))).toEqual({ kind: "unsupported", problem });
    }
  });
});

/** Requests of kubectl 1.33, as they came over the wire, in base64. */
const KUBECTL: readonly (readonly [string, string, object])[] = [
  [
    "create namespace golden",
    "azhzAAoPCgJ2MRIJTmFtZXNwYWNlEh4KFgoGZ29sZGVuEgAaACIAKgAyADgAQgASABoCCgAaACIA",
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "golden" }, spec: {}, status: {} },
  ],
  [
    "create secret generic s --from-literal=a=b --from-literal=empty=",
    "azhzAAoMCgJ2MRIGU2VjcmV0Ei4KFwoBcxIAGgZnb2xkZW4iACoAMgA4AEIAEgYKAWESAWISCQoFZW1wdHkSABoAGgAiAA==",
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace: "golden" },
      data: { a: "Yg==", empty: "" },
    },
  ],
  [
    "create configmap c --from-literal=a=b",
    "azhzAAoPCgJ2MRIJQ29uZmlnTWFwEiEKFwoBYxIAGgZnb2xkZW4iACoAMgA4AEIAEgYKAWESAWIaACIA",
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "golden" }, data: { a: "b" } },
  ],
  [
    "create serviceaccount acc",
    "azhzAAoUCgJ2MRIOU2VydmljZUFjY291bnQSGwoZCgNhY2MSABoGZ29sZGVuIgAqADIAOABCABoAIgA=",
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "acc", namespace: "golden" } },
  ],
  [
    "create service externalname svc --external-name example.com",
    "azhzAAoNCgJ2MRIHU2VydmljZRJgCiUKA3N2YxIAGgZnb2xkZW4iACoAMgA4AEIAWgoKA2FwcBIDc3ZjEjMSCgoDYXBwEgNzdmMaACIMRXh0ZXJuYWxOYW1lOgBCAFILZXhhbXBsZS5jb21aAGAAaAAaAgoAGgAiAA==",
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "svc", namespace: "golden", labels: { app: "svc" } },
      spec: { selector: { app: "svc" }, type: "ExternalName", externalName: "example.com" },
    },
  ],
  [
    "auth can-i create brokers",
    "azhzAAoyChdhdXRob3JpemF0aW9uLms4cy5pby92MRIXU2VsZlN1YmplY3RBY2Nlc3NSZXZpZXcSVQoQCgASABoAIgAqADIAOABCABI3CjUKBmdvbGRlbhIGY3JlYXRlGhRldmVudGluZy5rbmF0aXZlLmRldiIAKgdicm9rZXJzMgA6ABoICAASABoAIAAaACIA",
    {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      metadata: {},
      spec: {
        resourceAttributes: {
          namespace: "golden",
          verb: "create",
          group: "eventing.knative.dev",
          resource: "brokers",
        },
      },
    },
  ],
  [
    "auth can-i get /readyz",
    "azhzAAoyChdhdXRob3JpemF0aW9uLms4cy5pby92MRIXU2VsZlN1YmplY3RBY2Nlc3NSZXZpZXcSLgoQCgASABoAIgAqADIAOABCABIQEg4KBy9yZWFkeXoSA2dldBoICAASABoAIAAaACIA",
    {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      metadata: {},
      spec: { nonResourceAttributes: { path: "/readyz", verb: "get" } },
    },
  ],
  [
    "auth can-i --list",
    "azhzAAoxChdhdXRob3JpemF0aW9uLms4cy5pby92MRIWU2VsZlN1YmplY3RSdWxlc1JldmlldxIiChAKABIAGgAiACoAMgA4AEIAEggKBmdvbGRlbhoEGAAiABoAIgA=",
    {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectRulesReview",
      metadata: {},
      spec: { namespace: "golden" },
    },
  ],
  [
    "auth whoami",
    "azhzAAotChhhdXRoZW50aWNhdGlvbi5rOHMuaW8vdjESEVNlbGZTdWJqZWN0UmV2aWV3EhoKEAoAEgAaACIAKgAyADgAQgASBgoECgASABoAIgA=",
    { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview", metadata: {} },
  ],
];

describe("[CP-PB] requests", () => {
  test.each(KUBECTL)("[CP-PB-9] kubectl %s", (_command, base64, object) => {
    expect(parseProtobuf(Buffer.from(base64, "base64"))).toEqual({ kind: "object", object });
  });

  test("[CP-PB-11] no broken message is more than malformed: cut off anywhere, any byte another one", () => {
    const kinds = KUBECTL.flatMap(([, base64]) => {
      const whole = Buffer.from(base64, "base64");
      return [...whole].flatMap((byte, at) => {
        const changed = [0, 0xff, byte ^ 0x80, byte ^ 0x07].map((other) => whole.with(at, other));
        return [whole.subarray(0, at), ...changed].map((body) => parseProtobuf(body).kind);
      });
    });
    expect(new Set(kinds)).toEqual(new Set(["object", "malformed", "unsupported"]));
  });

  test("[CP-PB-10] ports of a Service lead to a number or a name", () => {
    const port = (number: number, target: Uint8Array) =>
      message(1, text(1, ""), text(2, "TCP"), integer(3, number), message(4, target), integer(5, 0));
    const toNumber = port(80, Buffer.concat([integer(1, 0), integer(2, 8080), text(3, "")]));
    const toName = port(81, Buffer.concat([integer(1, 1), integer(2, 0), text(3, "web")]));
    const toNothing = port(82, Buffer.concat([integer(1, 0), integer(2, 0), text(3, "")]));
    const parsed = parseProtobuf(envelope("v1", "Service", message(2, toNumber, toName, toNothing)));
    expect(parsed).toMatchObject({
      object: {
        spec: {
          ports: [
            { protocol: "TCP", port: 80, targetPort: 8080 },
            { protocol: "TCP", port: 81, targetPort: "web" },
            { protocol: "TCP", port: 82 },
          ],
        },
      },
    });
    expect(JSON.stringify(parsed)).not.toMatch(/nodePort|null/);
  });

  test("[CP-PB-7] create a Namespace and a Secret, then delete it by DeleteOptions; answers are JSON", async () => {
    const world = new World({ encryptionKey: KEY });
    const namespace = envelope("v1", "Namespace", goMetadata("team"), message(2), message(3, text(1, "")));
    const created = await rawRequest(world, "/api/v1/namespaces", {
      method: "POST",
      headers: PROTOBUF,
      body: namespace,
    });
    expect([created.code, created.headers.get("content-type")]).toEqual([201, "application/json"]);
    const secret = envelope(
      "v1",
      "Secret",
      goMetadata("s"),
      bytesEntry(2, "a", [98]),
      bytesEntry(2, "empty", []),
      text(3, ""),
    );
    expect((await rawRequest(world, SECRETS, { method: "POST", headers: PROTOBUF, body: secret })).code).toBe(201);
    expect((await world.request("GET", `${SECRETS}/s`)).body.data).toEqual({ a: "Yg==", empty: "" });
    const options = envelope("v1", "DeleteOptions", message(2, text(1, "other")));
    const refused = await rawRequest(world, `${SECRETS}/s`, { method: "DELETE", headers: PROTOBUF, body: options });
    expect(refused.code).toBe(409);
    const empty = await rawRequest(world, `${SECRETS}/s`, { method: "DELETE", headers: PROTOBUF });
    expect(empty.code).toBe(200);
  });

  test("[CP-PB-8] malformed is 400, a custom type 415, a patch 415", async () => {
    const world = new World();
    const code = async (method: string, path: string, body: Uint8Array) =>
      (await rawRequest(world, path, { method, headers: PROTOBUF, body })).code;
    expect(await code("POST", BROKERS, Buffer.from("k8s\0\x0a\x7f"))).toBe(400);
    expect(await code("POST", BROKERS, envelope("eventing.knative.dev/v1", "Broker", goMetadata("b")))).toBe(415);
    expect(await code("POST", BROKERS, envelope("v1", "ConfigMap", goMetadata("b")))).toBe(400);
    await world.request("POST", BROKERS, broker("b"));
    expect(await code("PATCH", `${BROKERS}/b`, envelope("v1", "ConfigMap"))).toBe(415);
  });
});

function bytesEntry(number: number, key: string, value: readonly number[]): Uint8Array {
  return message(number, text(1, key), bytes(2, Uint8Array.from(value)));
}

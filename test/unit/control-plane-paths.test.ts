/** Methods and paths of the API that are not served, or served in another way than they were asked for. */
import { describe, expect, test } from "vitest";
import { BROKERS, broker, World } from "./control-plane-world.ts";
import { rawRequest } from "./raw-request.ts";

describe("[CP-PATH] methods", () => {
  test.each([
    ["PUT", BROKERS, "GET, HEAD, POST, DELETE"],
    ["BREW", BROKERS, "GET, HEAD, POST, DELETE"],
    ["POST", `${BROKERS}/b`, "GET, HEAD, PUT, PATCH, DELETE"],
    ["OPTIONS", `${BROKERS}/b`, "GET, HEAD, PUT, PATCH, DELETE"],
    ["DELETE", `${BROKERS}/b/status`, "GET, HEAD, PUT, PATCH"],
    ["POST", "/apis/eventing.knative.dev/v1/brokers", "GET, HEAD"],
    ["POST", "/api", "GET, HEAD"],
    ["DELETE", "/apis/eventing.knative.dev/v1", "GET, HEAD"],
    ["PUT", "/version", "GET, HEAD"],
    ["POST", "/openapi/v3", "GET, HEAD"],
    ["POST", "/openapi/v2", "GET, HEAD"],
    ["POST", "/openapi/v3/api/v1", "GET, HEAD"],
  ])("[CP-PATH-1] %s %s is not allowed, and the answer says what is", async (method, path, allow) => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    const answer = await world.request(method, path);
    expect([answer.code, answer.body.reason, answer.headers.get("allow")]).toEqual([405, "MethodNotAllowed", allow]);
    expect(answer.body).not.toHaveProperty("details.allow");
  });

  test("[CP-PATH-2] HEAD is GET without a body", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    for (const [path, code] of [
      [BROKERS, 200],
      [`${BROKERS}/b`, 200],
      [`${BROKERS}/x`, 404],
      ["/version", 200],
      ["/openapi/v3", 200],
    ] as const) {
      const head = await rawRequest(world, path, { method: "HEAD" });
      const get = await rawRequest(world, path);
      expect([head.code, head.text, head.headers.get("content-type")]).toEqual([
        code,
        "",
        get.headers.get("content-type"),
      ]);
    }
  });
});

describe("[CP-PATH] paths", () => {
  test.each([
    "/api//v1/namespaces",
    "/api/v1//namespaces",
    "/apis/eventing.knative.dev/v1/namespaces//brokers",
    "/apis/eventing.knative.dev%2Fv1/brokers",
    "/api/v1/namespaces/default%2Fsecrets",
    `${BROKERS}/a%2Fb`,
    `${BROKERS}/%E0%A4%A`,
    `${BROKERS}/b/status/x`,
    `${BROKERS}/b/finalize`,
    "/api/v1/namespaces/default/brokers",
    "/apis/eventing.knative.dev/v1/constructor",
    "/apis/__proto__/v1/x",
    "/apis/sluice.dev/v1alpha1",
    "/version/x",
  ])("[CP-PATH-3] %s is not there", async (path) => {
    const world = new World();
    for (const method of ["GET", "POST", "DELETE"]) {
      const answer = await world.request(method, path, method === "POST" ? broker("b") : undefined);
      expect([answer.code, answer.body.kind, answer.body.reason]).toEqual([404, "Status", "NotFound"]);
    }
  });

  test("[CP-PATH-4] a slash at the end counts for nothing", async () => {
    expect((await new World().request("GET", "/apis/")).body.kind).toBe("APIGroupList");
    expect((await new World().request("GET", `${BROKERS}/`)).body.kind).toBe("BrokerList");
  });
});

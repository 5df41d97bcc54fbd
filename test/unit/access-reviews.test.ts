import { describe, expect, test } from "vitest";
import { authorize } from "../../src/control-plane/access/authorize.ts";
import { type PolicyRule, rulesFor } from "../../src/control-plane/access/rules.ts";
import { answerSelfReview } from "../../src/control-plane/access/self-review.ts";
import { OPEN_USER, type User } from "../../src/control-plane/access/user.ts";
import { World } from "./control-plane-world.ts";

const AUTHORIZATION = "/apis/authorization.k8s.io/v1";
const VERA: User = { name: "vera", uid: "u1", role: "viewer", namespace: "team" };
const ED: User = { name: "ed", role: "editor" };

function mayI(user: User, resourceAttributes: Readonly<Record<string, string>>): unknown {
  return answerSelfReview("selfsubjectaccessreviews", { spec: { resourceAttributes } }, user).allowed;
}

describe("[REV] reviews", () => {
  test("[REV-1] whether one may is answered by the rules that requests are held to", () => {
    const brokers = { group: "eventing.knative.dev", resource: "brokers", namespace: "team" };
    expect(mayI(VERA, { ...brokers, verb: "list" })).toBe(true);
    expect(mayI(VERA, { ...brokers, verb: "delete" })).toBe(false);
    expect(mayI(VERA, { ...brokers, verb: "get", namespace: "" })).toBe(false);
    expect(mayI(VERA, { ...brokers, verb: "patch", subresource: "status", name: "b" })).toBe(false);
    expect(mayI(ED, { verb: "*", group: "*", resource: "*" })).toBe(false);
    expect(mayI(OPEN_USER, { verb: "*", group: "*", resource: "*" })).toBe(true);
    expect(mayI(VERA, {})).toBe(false);
  });

  test("[REV-1] a path is asked about as such", () => {
    const spec = (path: string) => ({ spec: { nonResourceAttributes: { verb: "get", path } } });
    const allowed = ["/version", "/metrics"].map(
      (path) => answerSelfReview("selfsubjectaccessreviews", spec(path), VERA).allowed,
    );
    expect(allowed).toEqual([true, false]);
  });

  test("[REV-2] what lives in no namespace is looked for in none, wherever the client is", () => {
    const question = { verb: "delete", resource: "namespaces", namespace: "team" };
    const admin: User = { name: "ada", role: "admin", namespace: "team" };
    expect([mayI(admin, question), mayI(ED, question)]).toEqual([false, true]);
  });

  test("[REV-3] the list of rules is the rules", () => {
    const answer = answerSelfReview("selfsubjectrulesreviews", { spec: { namespace: "team" } }, VERA);
    const rules = rulesFor(VERA, "team").map(({ verbs, groups, resources }: PolicyRule) => ({
      verbs,
      apiGroups: groups,
      resources,
    }));
    expect(answer).toEqual({
      resourceRules: rules,
      nonResourceRules: [
        { verbs: ["get"], nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*", "/openapi/*", "/version"] },
      ],
      incomplete: false,
    });
    expect(rules).toContainEqual({
      verbs: ["get"],
      apiGroups: ["sluice.dev"],
      resources: ["*/deliveries", "*/stats", "traces"],
    });
    expect(rulesFor(VERA, "other").length).toBeLessThan(rules.length);
  });

  test("[REV-3] each listed rule is granted, word for word", () => {
    for (const user of [VERA, ED, OPEN_USER]) {
      for (const { verbs, groups, resources } of rulesFor(user, "team")) {
        for (const verb of verbs) {
          const [group = "", resource = ""] = [groups[0], resources[0]];
          const [plural = "", subresource = ""] = resource.split("/");
          const asked = { group, resource: plural, subresource, namespace: "team", name: "" };
          expect(authorize(user, { kind: "resource", verb, ...asked })).toBe(true);
        }
      }
    }
  });

  test("[REV-4] who one is: name, uid, role and where it holds", () => {
    const groups = ["system:authenticated"];
    expect(answerSelfReview("selfsubjectreviews", {}, VERA)).toEqual({
      userInfo: {
        username: "vera",
        uid: "u1",
        groups,
        extra: { "sluice.dev/role": ["viewer"], "sluice.dev/namespace": ["team"] },
      },
    });
    expect(answerSelfReview("selfsubjectreviews", {}, OPEN_USER)).toEqual({
      userInfo: {
        username: "system:open",
        groups,
        extra: { "sluice.dev/role": ["admin"], "sluice.dev/namespace": ["*"] },
      },
    });
  });

  test("[REV-5] over HTTP: 201 with the object that was sent and its status; nothing but POST", async () => {
    const world = new World();
    const sent = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      metadata: { creationTimestamp: null },
      spec: { resourceAttributes: { verb: "create", resource: "secrets", namespace: "default" } },
    };
    const answer = await world.request("POST", `${AUTHORIZATION}/selfsubjectaccessreviews`, sent);
    expect([answer.code, answer.body]).toEqual([201, { ...sent, status: { allowed: true } }]);
    const who = await world.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {});
    expect([who.code, who.body.kind, who.body.status]).toMatchObject([
      201,
      "SelfSubjectReview",
      { userInfo: { username: "system:admin" } },
    ]);
    expect((await world.request("GET", `${AUTHORIZATION}/selfsubjectaccessreviews`)).code).toBe(405);
    expect((await world.request("POST", "/apis/authorization.k8s.io/v2/selfsubjectaccessreviews", {})).code).toBe(404);
  });

  test.each([
    [{}, "exactly one of"],
    [{ spec: { resourceAttributes: {}, nonResourceAttributes: {} } }, "exactly one of"],
    [{ spec: { resourceAttributes: "all" } }, "exactly one of"],
    [{ kind: "Broker", spec: { resourceAttributes: {} } }, "the kind in the data (Broker)"],
    [{ apiVersion: "v1", spec: { resourceAttributes: {} } }, "the apiVersion in the data (v1)"],
    ["[]", "it is no object"],
  ])("[REV-6] %j is a bad request", async (sent, message) => {
    const answer = await new World().request("POST", `${AUTHORIZATION}/selfsubjectaccessreviews`, sent);
    expect([answer.code, answer.body.reason, answer.body.message]).toEqual([
      400,
      "BadRequest",
      expect.stringContaining(message),
    ]);
  });
});

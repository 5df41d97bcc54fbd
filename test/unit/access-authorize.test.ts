import { describe, expect, test } from "vitest";
import { type Attributes, authorize, denial } from "../../src/control-plane/access/authorize.ts";
import { OPEN_USER, type User } from "../../src/control-plane/access/user.ts";
import { KINDS } from "../../src/control-plane/registry.ts";

const EVENTING = "eventing.knative.dev";
const READ = ["get", "list", "watch"];
const WRITE = ["create", "update", "patch", "delete", "deletecollection"];
const ALL = [...READ, ...WRITE];

const people = {
  viewer: { name: "v", role: "viewer", namespace: "team" },
  editor: { name: "e", role: "editor", namespace: "team" },
  admin: { name: "a", role: "admin", namespace: "team" },
  publisher: { name: "p", role: "publisher", namespace: "team" },
  viewerOfAll: { name: "V", role: "viewer" },
  editorOfAll: { name: "E", role: "editor" },
  adminOfAll: { name: "A", role: "admin" },
  publisherOfAll: { name: "P", role: "publisher" },
} satisfies Readonly<Record<string, User>>;

type Matter = Partial<Omit<Extract<Attributes, { kind: "resource" }>, "kind" | "verb">>;

function asked(verb: string, matter: Matter): Attributes {
  const defaults = { group: EVENTING, resource: "brokers", subresource: "", namespace: "team", name: "" };
  return { kind: "resource", verb, ...defaults, ...matter };
}

function allowedVerbs(user: User, matter: Matter): readonly string[] {
  return ALL.filter((verb) => authorize(user, asked(verb, matter)));
}

const secrets = { group: "", resource: "secrets" };
const namespaces = { group: "", resource: "namespaces", namespace: "" };
const system = { namespace: "sluice-system" };
const NONE: readonly string[] = [];

describe("[ACC] what a role may do", () => {
  /** Columns: viewer, editor, admin, publisher of `team`; then of all namespaces. */
  test.each<[string, Matter, readonly (readonly string[])[]]>([
    ["a Broker of the own namespace", {}, [READ, ALL, ALL, NONE, READ, ALL, ALL, NONE]],
    ["its status", { subresource: "status" }, [READ, ALL, ALL, NONE, READ, ALL, ALL, NONE]],
    ["a Broker of another", { namespace: "other" }, [NONE, NONE, NONE, NONE, READ, ALL, ALL, NONE]],
    ["the Brokers of all", { namespace: "" }, [NONE, NONE, NONE, NONE, READ, ALL, ALL, NONE]],
    ["a ConfigMap", { group: "", resource: "configmaps" }, [READ, ALL, ALL, NONE, READ, ALL, ALL, NONE]],
    ["a Secret", secrets, [NONE, ALL, ALL, NONE, NONE, ALL, ALL, NONE]],
    ["a Secret elsewhere", { ...secrets, namespace: "other" }, [NONE, NONE, NONE, NONE, NONE, ALL, ALL, NONE]],
    ["a namespace", namespaces, [NONE, NONE, NONE, NONE, READ, ALL, ALL, NONE]],
    ["a Broker of the system", system, [NONE, NONE, NONE, NONE, READ, READ, ALL, NONE]],
    ["a Secret of the system", { ...secrets, ...system }, [NONE, NONE, NONE, NONE, NONE, READ, ALL, NONE]],
    ["an unknown kind", { group: "x.test", resource: "y" }, [NONE, NONE, ALL, NONE, NONE, NONE, ALL, NONE]],
    [
      "a definition",
      { group: "apiextensions.k8s.io", resource: "customresourcedefinitions", namespace: "" },
      [READ, READ, READ, READ, READ, READ, ALL, READ],
    ],
  ])("[ACC-1] %s", (_, matter, expected) => {
    expect(Object.values(people).map((user) => allowedVerbs(user, matter))).toEqual(expected);
  });

  test.each([
    ["get", "stats", [true, true, true, false]],
    ["get", "deliveries", [true, true, true, false]],
    ["get", "log", [false, true, true, false]],
    ["create", "deliveries/redrive", [false, true, true, false]],
    ["create", "deliveries/discard", [false, true, true, false]],
    ["create", "replay", [false, true, true, false]],
    ["create", "skip", [false, true, true, false]],
    ["delete", "log", [false, false, true, false]],
  ])("[ACC-2] operator API: %s %s", (verb, subresource, expected) => {
    const { viewer, editor, admin, publisher } = people;
    const question = asked(verb, { group: "sluice.dev", resource: "triggers", subresource, name: "t" });
    expect([viewer, editor, admin, publisher].map((user) => authorize(user, question))).toEqual(expected);
    const elsewhere = asked(verb, { group: "sluice.dev", resource: "triggers", subresource, namespace: "other" });
    expect([viewer, editor, admin, publisher].map((user) => authorize(user, elsewhere))).toEqual(Array(4).fill(false));
  });

  test("[ACC-6] operator API: traces are for viewers, in their own namespace", () => {
    const traces = (namespace: string) => asked("get", { group: "sluice.dev", resource: "traces", namespace });
    const allowed = (namespace: string) => Object.values(people).map((user) => authorize(user, traces(namespace)));
    expect(allowed("team")).toEqual([true, true, true, false, true, true, true, false]);
    expect(allowed("other")).toEqual([false, false, false, false, true, true, true, false]);
  });

  test("[ACC-3] everyone who is known may find their way and ask about themselves, and no more", () => {
    const path = (verb: string, at: string) => authorize(people.publisher, { kind: "path", verb, path: at });
    expect(["/api", "/apis", "/apis/x/v1", "/version", "/openapi/v3"].map((at) => path("get", at))).toEqual(
      Array(5).fill(true),
    );
    expect([path("post", "/version"), path("get", "/metrics"), path("get", "/versions")]).toEqual([
      false,
      false,
      false,
    ]);
    const review = { group: "authorization.k8s.io", resource: "selfsubjectaccessreviews", namespace: "" };
    expect(allowedVerbs(people.publisher, review)).toEqual(["create"]);
  });

  test("[ACC-4] the wildcard is only for who may do everything", () => {
    const everything = asked("*", { group: "*", resource: "*" });
    expect(Object.values(people).map((user) => authorize(user, everything))).toEqual([
      ...[false, false, true, false],
      ...[false, false, true, false],
    ]);
    expect(authorize(OPEN_USER, everything)).toBe(true);
  });

  test("[ACC-5] every kind that is served can be read by viewers of all, but Secrets", () => {
    const hidden = KINDS.filter(({ group, plural, namespaced }) => {
      const namespace = namespaced ? "team" : "";
      return !READ.every((verb) => authorize(people.viewerOfAll, asked(verb, { group, resource: plural, namespace })));
    });
    expect(hidden.map(({ plural }) => plural)).toEqual(["secrets"]);
  });

  test("[ACC-6] verbs and names that only look like others give nothing", () => {
    for (const verb of ["", "GET", "proxy", "__proto__", "impersonate", "options"]) {
      expect(authorize(people.editorOfAll, asked(verb, {}))).toBe(false);
    }
    expect(authorize(people.viewer, asked("get", { namespace: "teams" }))).toBe(false);
    expect(authorize(people.viewer, asked("get", { ...secrets, resource: "secrets/status" }))).toBe(false);
  });

  test.each<[Matter, string]>([
    [
      {},
      'brokers.eventing.knative.dev is forbidden: User "v" cannot create resource "brokers" in API group "eventing.knative.dev" in the namespace "team"',
    ],
    [
      { name: "b", subresource: "status" },
      'brokers.eventing.knative.dev "b" is forbidden: User "v" cannot create resource "brokers/status" in API group "eventing.knative.dev" in the namespace "team"',
    ],
    [
      { group: "", resource: "secrets", namespace: "" },
      'secrets is forbidden: User "v" cannot create resource "secrets" in API group "" at the cluster scope',
    ],
  ])("[ACC-7] a denial of %j is in Kubernetes' words", (matter, message) => {
    const question = asked("create", matter);
    const refusal = denial(people.viewer, question);
    expect([refusal.code, refusal.reason, refusal.message]).toEqual([403, "Forbidden", message]);
  });
});

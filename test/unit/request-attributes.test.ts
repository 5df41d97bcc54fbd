import { describe, expect, test } from "vitest";
import { parseApiPath } from "../../src/control-plane/api/api-path.ts";
import { requestAttributes } from "../../src/control-plane/api/request-attributes.ts";

const ORIGIN = "http://sluice.test";
const EVENTING = "/apis/eventing.knative.dev/v1";
const OPERATOR = "/apis/sluice.dev/v1alpha1/namespaces/team";

/** `create brokers/status eventing.knative.dev team b`, or `get /version` for what is no resource. */
function asked(method: string, target: string): string | undefined {
  const path = parseApiPath(new URL(target, ORIGIN).pathname);
  if (path === undefined) return undefined;
  const attributes = requestAttributes({ method, url: ORIGIN + target }, path);
  if (attributes.kind === "path") return `${attributes.verb} ${attributes.path}`;
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  return [verb, what, group || "core", namespace || "everywhere", name].join(" ").trimEnd();
}

describe("[ACC] what a request asks for", () => {
  test.each([
    ["GET", `${EVENTING}/namespaces/team/brokers`, "list brokers eventing.knative.dev team"],
    ["GET", `${EVENTING}/brokers`, "list brokers eventing.knative.dev everywhere"],
    ["GET", `${EVENTING}/namespaces/team/brokers?watch=true`, "watch brokers eventing.knative.dev team"],
    ["GET", `${EVENTING}/namespaces/team/brokers?watch=false`, "list brokers eventing.knative.dev team"],
    ["GET", `${EVENTING}/namespaces/team/brokers?watch=False`, "list brokers eventing.knative.dev team"],
    ["GET", `${EVENTING}/namespaces/team/brokers/b?watch=true`, "get brokers eventing.knative.dev team b"],
    ["GET", `${EVENTING}/namespaces/team/brokers?watch`, "watch brokers eventing.knative.dev team"],
    ["POST", `${EVENTING}/namespaces/team/brokers`, "create brokers eventing.knative.dev team"],
    ["DELETE", `${EVENTING}/namespaces/team/brokers`, "deletecollection brokers eventing.knative.dev team"],
    ["PUT", `${EVENTING}/namespaces/team/brokers`, "update brokers eventing.knative.dev team"],
    ["GET", `${EVENTING}/namespaces/team/brokers/b`, "get brokers eventing.knative.dev team b"],
    ["HEAD", `${EVENTING}/namespaces/team/brokers/b`, "get brokers eventing.knative.dev team b"],
    ["PUT", `${EVENTING}/namespaces/team/brokers/b`, "update brokers eventing.knative.dev team b"],
    ["PATCH", `${EVENTING}/namespaces/team/brokers/b`, "patch brokers eventing.knative.dev team b"],
    ["DELETE", `${EVENTING}/namespaces/team/brokers/b`, "delete brokers eventing.knative.dev team b"],
    ["POST", `${EVENTING}/namespaces/team/brokers/b`, "post brokers eventing.knative.dev team b"],
    ["PATCH", `${EVENTING}/namespaces/team/brokers/b/status`, "patch brokers/status eventing.knative.dev team b"],
    ["GET", `${EVENTING}/namespaces/te%61m/br%6Fkers/b/`, "get brokers eventing.knative.dev team b"],
    ["GET", "/api/v1/namespaces/team/secrets/s", "get secrets core team s"],
    ["GET", "/api/v1/namespaces/team", "get namespaces core everywhere team"],
    ["DELETE", "/api/v1/namespaces/team", "delete namespaces core everywhere team"],
    ["GET", `${OPERATOR}/brokers/b/log`, "get brokers/log sluice.dev team b"],
    ["POST", `${OPERATOR}/triggers/t/deliveries/redrive`, "create triggers/deliveries/redrive sluice.dev team t"],
    ["GET", `${OPERATOR}/traces`, "get traces sluice.dev team"],
    [
      "POST",
      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      "create selfsubjectaccessreviews authorization.k8s.io everywhere",
    ],
    [
      "GET",
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      "list customresourcedefinitions apiextensions.k8s.io everywhere",
    ],
    [
      "GET",
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/x",
      "get customresourcedefinitions apiextensions.k8s.io everywhere x",
    ],
    ["GET", "/apis", "get /apis"],
    ["GET", "/api/v1", "get /apis"],
    ["GET", "/openapi/v3", "get /openapi/v3"],
    ["POST", "/version", "post /version"],
  ])("[ACC-17] %s %s: %s", (method, target, expected) => {
    expect(asked(method, target)).toBe(expected);
  });
});

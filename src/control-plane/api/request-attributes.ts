/** What a request asks for, for the question whether its user may. Every kind of path has its line here. */
import type { Attributes } from "../access/authorize.ts";
import { customResourceDefinitions } from "../discovery/definition-resource.ts";
import { OPERATOR_GROUP } from "../resource-names.ts";
import type { Scope } from "../resources/scope.ts";
import { isWatch } from "../watch/watch-options.ts";
import type { ApiPath } from "./api-path.ts";

export function requestAttributes(
  request: { readonly method: string; readonly url: string },
  path: ApiPath,
): Attributes {
  const { method } = request;
  switch (path.kind) {
    case "collection":
      return ofResource(path.scope, { verb: collectionVerb(request), name: "", subresource: "" });
    case "object": {
      const subresource = path.subresource === "main" ? "" : path.subresource;
      return ofResource(path.scope, { verb: objectVerb(method), name: path.name, subresource });
    }
    case "definitions": {
      const { group, plural: resource } = customResourceDefinitions;
      const { name = "" } = path;
      const verb = name === "" ? collectionVerb(request) : objectVerb(method);
      return { kind: "resource", verb, group, resource, subresource: "", namespace: "", name };
    }
    case "discovery":
      return { kind: "path", verb: method.toLowerCase(), path: "/apis" };
    case "openapi":
      return { kind: "path", verb: method.toLowerCase(), path: "/openapi/v3" };
    case "version":
      return { kind: "path", verb: method.toLowerCase(), path: "/version" };
    case "operator": {
      const [resource = "", name = "", ...subresource] = path.segments;
      const { namespace } = path;
      const verb = method === "POST" ? "create" : objectVerb(method);
      return {
        kind: "resource",
        verb,
        group: OPERATOR_GROUP,
        resource,
        subresource: subresource.join("/"),
        namespace,
        name,
      };
    }
    case "review": {
      const { group, plural } = path;
      const verb = collectionVerb(request);
      return { kind: "resource", verb, group, resource: plural, subresource: "", namespace: "", name: "" };
    }
    default:
      return path satisfies never;
  }
}

function ofResource(
  { kind, namespace }: Scope,
  rest: { readonly verb: string; readonly name: string; readonly subresource: string },
): Attributes {
  return { kind: "resource", group: kind.group, resource: kind.plural, namespace, ...rest };
}

function collectionVerb(request: { readonly method: string; readonly url: string }): string {
  switch (request.method) {
    case "GET":
      return isWatch(new URL(request.url).searchParams) ? "watch" : "list";
    case "POST":
      return "create";
    case "DELETE":
      return "deletecollection";
    default:
      return objectVerb(request.method);
  }
}

/** A method that does nothing here is a verb of its own, which no rule names. */
function objectVerb(method: string): string {
  switch (method) {
    case "GET":
    case "HEAD":
      return "get";
    case "PUT":
      return "update";
    default:
      return method.toLowerCase();
  }
}

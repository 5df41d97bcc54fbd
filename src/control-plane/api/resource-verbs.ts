/** Which HTTP method is which verb on collections and objects. */
import { methodNotAllowed } from "../resources/refusal.ts";
import type { Resources, Scope } from "../resources/resources.ts";
import { answerDelete, answerDeleteCollection } from "./delete-verbs.ts";
import { answerGet, answerList } from "./read-verbs.ts";
import { answerCreate, answerPatch, answerUpdate, type ObjectPath } from "./write-verbs.ts";

export async function answerCollection(request: Request, scope: Scope, resources: Resources): Promise<Response> {
  if (request.method === "GET") return answerList(request, scope, resources);
  const acrossNamespaces = scope.kind.namespaced && scope.namespace === "";
  if (acrossNamespaces) throw methodNotAllowed();
  if (request.method === "POST") return answerCreate(request, scope, resources);
  if (request.method === "DELETE") return answerDeleteCollection(request, scope, resources);
  throw methodNotAllowed();
}

export async function answerObject(request: Request, path: ObjectPath, resources: Resources): Promise<Response> {
  switch (request.method) {
    case "GET":
      return answerGet(path, resources);
    case "PUT":
      return answerUpdate(request, path, resources);
    case "PATCH":
      return answerPatch(request, path, resources);
    case "DELETE":
      if (path.subresource !== "main") throw methodNotAllowed();
      return answerDelete(request, path, resources);
    default:
      throw methodNotAllowed();
  }
}

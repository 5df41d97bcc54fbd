/** Which HTTP method is which verb on collections and objects. */
import { methodNotAllowed } from "../resources/refusal.ts";
import type { Scope } from "../resources/scope.ts";
import { answerDelete, answerDeleteCollection } from "./delete-verbs.ts";
import { answerGet, answerList, type ReadPorts } from "./read-verbs.ts";
import { answerCreate, answerPatch, answerUpdate, type ObjectPath } from "./write-verbs.ts";

export async function answerCollection(request: Request, scope: Scope, ports: ReadPorts): Promise<Response> {
  if (request.method === "GET") return answerList(request, scope, ports);
  const acrossNamespaces = scope.kind.namespaced && scope.namespace === "";
  if (acrossNamespaces) throw methodNotAllowed(["GET", "HEAD"]);
  if (request.method === "POST") return answerCreate(request, scope, ports.resources);
  if (request.method === "DELETE") return answerDeleteCollection(request, scope, ports.resources);
  throw methodNotAllowed(["GET", "HEAD", "POST", "DELETE"]);
}

export async function answerObject(request: Request, path: ObjectPath, ports: ReadPorts): Promise<Response> {
  const onStatus = ["GET", "HEAD", "PUT", "PATCH"];
  switch (request.method) {
    case "GET":
      return answerGet(request, path, ports);
    case "PUT":
      return answerUpdate(request, path, ports.resources);
    case "PATCH":
      return answerPatch(request, path, ports.resources);
    case "DELETE":
      if (path.subresource !== "main") throw methodNotAllowed(onStatus);
      return answerDelete(request, path, ports.resources);
    default:
      throw methodNotAllowed(path.subresource === "main" ? [...onStatus, "DELETE"] : onStatus);
  }
}

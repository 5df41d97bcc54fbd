/** The HTTP side of the control plane: access, paths, verbs. Every refusal becomes a Kubernetes Status here. */
import { Hono } from "hono";
import type { ChannelName } from "../../core/channel-name.ts";
import type { OperatorAnswer, OperatorRequest } from "../../core/channel-protocol.ts";
import { type AccessSettings, refuseAccess } from "../access/access.ts";
import { answerDefinitions } from "../definitions/answer-definitions.ts";
import { answerDiscovery } from "../discovery/answer-discovery.ts";
import { SERVER_VERSION } from "../discovery/server-version.ts";
import { answerOpenApi } from "../openapi/answer-openapi.ts";
import { OpenApiDocuments } from "../openapi/openapi-documents.ts";
import { notImplemented, Refusal, unknownPath } from "../resources/refusal.ts";
import type { Resources } from "../resources/resources.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { parseApiPath } from "./api-path.ts";
import { answerOperator } from "./operator-api.ts";
import { refuseWrites } from "./refuse-writes.ts";
import { answerCollection, answerObject } from "./resource-verbs.ts";

export interface ApiPorts {
  readonly access: AccessSettings;
  readonly resources: Resources;
  readonly store: ObjectStore;
  readonly now: () => number;
  readonly operate: (channel: ChannelName, request: OperatorRequest) => Promise<OperatorAnswer>;
  /** Told the origin of every request that may pass; the first one becomes the base of addresses. */
  readonly reachedAt: (origin: string) => void;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

export function createApi(ports: ApiPorts): Hono {
  const app = new Hono();
  const documents = new OpenApiDocuments();
  app.use("*", async (context, next) => {
    const header = (name: string) => context.req.header(name) ?? null;
    // Without the header the URL's host is what the client wrote: the runtime made the URL from it.
    const host = header("host") ?? new URL(context.req.url).host;
    const identity = { host, origin: header("origin"), authorization: header("authorization") };
    const refusal = refuseAccess(ports.access, identity);
    if (refusal !== undefined) return answerRefusal(refusal);
    ports.reachedAt(new URL(context.req.url).origin);
    return next();
  });
  app.all("*", (context) => answerAnyMethod(context.req.raw, { ...ports, documents }));
  app.onError((error) => {
    if (error instanceof Refusal) return answerRefusal(error);
    ports.log({ event: "control-plane.error", error: error.message });
    return answerRefusal(new Refusal(500, "InternalError", "an error on the server; its log says more"));
  });
  return app;
}

type AnswerPorts = ApiPorts & { readonly documents: OpenApiDocuments };

/** HEAD is GET whose answer has no body. */
async function answerAnyMethod(request: Request, ports: AnswerPorts): Promise<Response> {
  if (request.method !== "HEAD") return answer(request, ports);
  const full = await answer(new Request(request, { method: "GET" }), ports);
  await full.body?.cancel();
  return new Response(null, full);
}

async function answer(request: Request, ports: AnswerPorts): Promise<Response> {
  const path = parseApiPath(new URL(request.url).pathname);
  switch (path?.kind) {
    case undefined:
      throw unknownPath();
    case "collection":
      return answerCollection(request, path.scope, ports);
    case "object":
      return answerObject(request, path, ports);
    case "discovery":
      return answerDiscovery(request, path.path);
    case "openapi":
      return answerOpenApi(request, path.path, ports.documents);
    case "version":
      refuseWrites(request);
      return Response.json(SERVER_VERSION);
    case "definitions":
      return answerDefinitions(request, path.name, ports);
    case "review":
      throw notImplemented(`${path.plural} are not answered yet`);
    case "operator":
      return answerOperator(request, path, ports);
    default:
      return path satisfies never;
  }
}

function answerRefusal(refusal: Refusal): Response {
  const headers = new Headers();
  const { allow } = refusal.details;
  if (allow !== undefined) headers.set("Allow", allow.join(", "));
  if (refusal.code === 401) headers.set("WWW-Authenticate", 'Basic realm="sluice"');
  const seconds = refusal.details.retryAfterSeconds;
  if (seconds !== undefined) headers.set("Retry-After", String(seconds));
  return Response.json(refusal.toStatus(), { status: refusal.code, headers });
}

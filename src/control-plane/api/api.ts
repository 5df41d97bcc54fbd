/**
 * The HTTP side of the control plane: who asks, what for, whether they may, and the verb. Every refusal becomes a Kubernetes
 * Status here.
 */
import { Hono } from "hono";
import type { ChannelName } from "../../core/channel-name.ts";
import type { OperatorAnswer, OperatorRequest } from "../../core/operator-protocol.ts";
import { type AccessSettings, authenticate, type RequestIdentity } from "../access/authenticate.ts";
import { authorize, denial } from "../access/authorize.ts";
import type { User } from "../access/user.ts";
import { withheldFrom } from "../access/withheld-tokens.ts";
import type { Acknowledgement } from "../compile/compile-context.ts";
import { SERVER_VERSION } from "../discovery/server-version.ts";
import { logError } from "../log-error.ts";
import { OpenApiDocuments } from "../openapi/openapi-documents.ts";
import { qualified, SECRETS } from "../resource-names.ts";
import { internalError, Refusal, unknownPath } from "../resources/refusal.ts";
import type { Resources } from "../resources/resources.ts";
import type { Scope } from "../resources/scope.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { TokenTable } from "../store/token-table.ts";
import type { WatchHub } from "../watch/watch-hub.ts";
import { answerDefinitions } from "./answer-definitions.ts";
import { answerDiscovery } from "./answer-discovery.ts";
import { answerOpenApi } from "./answer-openapi.ts";
import { answerReview } from "./answer-review.ts";
import { parseApiPath } from "./api-path.ts";
import { answerOperator } from "./operator-api.ts";
import { refuseWrites } from "./refuse-writes.ts";
import { requestAttributes } from "./request-attributes.ts";
import { answerCollection, answerObject } from "./resource-verbs.ts";

export interface ApiPorts {
  readonly access: AccessSettings;
  readonly resources: Resources;
  readonly store: ObjectStore;
  readonly watches: WatchHub;
  readonly now: () => number;
  readonly operate: (channel: ChannelName, request: OperatorRequest) => Promise<OperatorAnswer>;
  readonly channelsOf: (namespace: string) => readonly ChannelName[];
  readonly acknowledged: (channel: ChannelName) => Acknowledgement;
  /** Told the origin of every request of a user; the first one becomes the base of addresses. */
  readonly reachedAt: (origin: string) => void;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

export function createApi(ports: ApiPorts): Hono {
  const app = new Hono();
  const documents = new OpenApiDocuments();
  app.all("*", async ({ req: { raw: request } }) => {
    const user = await authenticate(ports.access, identityOf(request), (digest) => ports.store.tokens.find(digest));
    ports.reachedAt(new URL(request.url).origin);
    return answerAnyMethod(request, user, { ...ports, documents });
  });
  app.onError((error) => {
    if (error instanceof Refusal) return answerRefusal(error);
    logError(ports, error);
    return answerRefusal(internalError());
  });
  return app;
}

type AnswerPorts = ApiPorts & { readonly documents: OpenApiDocuments };

/** HEAD is GET whose answer has no body. */
async function answerAnyMethod(request: Request, user: User, ports: AnswerPorts): Promise<Response> {
  if (request.method !== "HEAD") return answer(request, user, ports);
  const full = await answer(new Request(request, { method: "GET" }), user, ports);
  await full.body?.cancel();
  return new Response(null, full);
}

async function answer(request: Request, user: User, ports: AnswerPorts): Promise<Response> {
  const path = parseApiPath(new URL(request.url).pathname);
  if (path === undefined) throw unknownPath();
  // Of every path, before anything else is looked at.
  const asked = requestAttributes(request, path);
  if (!authorize(user, asked)) throw denial(user, asked);
  switch (path.kind) {
    case "collection":
      return answerCollection(request, scopeFor(user, path.scope, ports.store.tokens), ports);
    case "object":
      return answerObject(request, { ...path, scope: scopeFor(user, path.scope, ports.store.tokens) }, ports);
    case "discovery":
      return answerDiscovery(request, path.path);
    case "openapi":
      return answerOpenApi(request, path.path, ports.documents);
    case "version":
      refuseWrites(request);
      return Response.json(SERVER_VERSION);
    case "definitions":
      return answerDefinitions(request, path.name, { ...ports, ...lasting(user, ports.store.tokens) });
    case "review":
      return answerReview(request, path, user);
    case "operator":
      return answerOperator(request, path, {
        ...ports,
        ...lasting(user, ports.store.tokens),
        mayReadLog: asked.kind === "resource" && authorize(user, { ...asked, verb: "get", subresource: "log" }),
      });
    default:
      return path satisfies never;
  }
}

/** The scope as far as it is this user's. */
function scopeFor(user: User, scope: Scope, tokens: TokenTable): Scope {
  const refuses = qualified(scope.kind) === qualified(SECRETS) ? withheldFrom(user) : undefined;
  return {
    ...scope,
    ...(refuses === undefined ? {} : { refuses }),
    ...lasting(user, tokens),
    ...(user.namespace === undefined ? {} : { mayReferTo: (namespace: string) => namespace === user.namespace }),
  };
}

/** What a token allows ends with it; other users have no end. */
function lasting(user: User, tokens: TokenTable): Pick<Scope, "isStillAllowed" | "holder"> {
  const { uid, namespace } = user;
  if (uid === undefined) return {};
  const holder = { uid, ...(namespace === undefined ? {} : { namespace }) };
  return { isStillAllowed: () => tokens.isInForce(user), holder };
}

function identityOf({ url, headers }: Request): RequestIdentity {
  return {
    // Without the header the URL's host is what the client wrote: the runtime made the URL from it.
    host: headers.get("host") ?? new URL(url).host,
    origin: headers.get("origin"),
    authorization: headers.get("authorization"),
    impersonates: [...headers.keys()].some((name) => name.startsWith("impersonate-")),
  };
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

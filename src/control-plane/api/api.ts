/**
 * The HTTP side of the control plane: who asks, what for, whether they may, and the verb. Every refusal becomes a Kubernetes
 * Status here.
 */
import { Hono } from "hono";
import type { ChannelName } from "../../core/channel-name.ts";
import type { OperatorAnswer, OperatorRequest } from "../../core/channel-protocol.ts";
import { type AccessSettings, authenticate, type RequestIdentity } from "../access/authenticate.ts";
import { authorize, denial } from "../access/authorize.ts";
import type { User } from "../access/user.ts";
import { withheldFrom } from "../access/withheld-tokens.ts";
import { SECRETS } from "../resource-names.ts";
import { qualified, Refusal, unknownPath } from "../resources/refusal.ts";
import type { Resources, Scope } from "../resources/resources.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { answerReview } from "./answer-review.ts";
import { parseApiPath } from "./api-path.ts";
import { answerOperator } from "./operator-api.ts";
import { requestAttributes } from "./request-attributes.ts";
import { answerCollection, answerObject } from "./resource-verbs.ts";

export interface ApiPorts {
  readonly access: AccessSettings;
  readonly resources: Resources;
  readonly store: ObjectStore;
  readonly operate: (channel: ChannelName, request: OperatorRequest) => Promise<OperatorAnswer>;
  /** Told the origin of every request of a user; the first one becomes the base of addresses. */
  readonly reachedAt: (origin: string) => void;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

export function createApi(ports: ApiPorts): Hono {
  const app = new Hono();
  app.all("*", async ({ req: { raw: request } }) => {
    const user = await authenticate(ports.access, identityOf(request), (digest) => ports.store.tokens.find(digest));
    ports.reachedAt(new URL(request.url).origin);
    return answer(request, user, ports);
  });
  app.onError((error) => {
    if (error instanceof Refusal) return answerRefusal(error);
    ports.log({ event: "control-plane.error", error: error.message });
    return answerRefusal(new Refusal(500, "InternalError", "an error on the server; its log says more"));
  });
  return app;
}

async function answer(request: Request, user: User, ports: ApiPorts): Promise<Response> {
  const path = parseApiPath(new URL(request.url).pathname);
  if (path === undefined) throw unknownPath();
  // Of every path, before anything else is looked at.
  const asked = requestAttributes(request, path);
  if (!authorize(user, asked)) throw denial(user, asked);
  switch (path.kind) {
    case "collection":
      return answerCollection(request, scopeFor(user, path.scope), ports.resources);
    case "object":
      return answerObject(request, { ...path, scope: scopeFor(user, path.scope) }, ports.resources);
    case "operator":
      return answerOperator(request, path, ports);
    case "review":
      return answerReview(request, path, user);
    default:
      return path satisfies never;
  }
}

/** Some Secrets are not for everyone who may read and write Secrets. */
function scopeFor(user: User, scope: Scope): Scope {
  const refuses = qualified(scope.kind) === qualified(SECRETS) ? withheldFrom(user) : undefined;
  return refuses === undefined ? scope : { ...scope, refuses };
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
  if (refusal.code === 401) headers.set("WWW-Authenticate", 'Basic realm="sluice"');
  const seconds = refusal.details.retryAfterSeconds;
  if (seconds !== undefined) headers.set("Retry-After", String(seconds));
  return Response.json(refusal.toStatus(), { status: refusal.code, headers });
}

/** The Worker: sends each request to the part that answers it, and gives every part its ports. */
import type { ChannelName } from "./core/channel-name.ts";
import type { ChannelPort } from "./core/channel-protocol.ts";
import { channelOver } from "./core/channel-rpc.ts";
import { HeaderSnapshot } from "./core/header-snapshot.ts";
import type { IngressLookup } from "./core/ingress-lookup.ts";
import { type OpenModeRule, openModeRule } from "./core/open-mode.ts";
import { urlPath } from "./core/url-path.ts";
import type { WebhookSourcePort } from "./core/webhook-source.ts";
import { serveWakeUp } from "./courier/entrypoint.ts";
import type { Env, WakeUp } from "./environment.ts";
import { BodyBudget, BodyReservation } from "./ingress/body-budget.ts";
import { handleIngress, IngressState } from "./ingress/handle-ingress.ts";
import { type IncomingMessage, readBody } from "./ingress/read-body.ts";
import { settingsOf } from "./platform/settings.ts";
import { schedule } from "./platform/timers.ts";
import { handleWebhook } from "./sources/github/handle-webhook.ts";
import { WebhookSources } from "./sources/webhook-sources.ts";

export { Channel } from "./channel/durable-object.ts";
export { ControlPlane } from "./control-plane/durable-object.ts";
export { Courier } from "./courier/entrypoint.ts";

/** The one control plane object. */
const CONTROL_PLANE = "control-plane";
const PROBES = new Set(["/readyz", "/livez", "/healthz"]);
const API = /^\/(api|apis|openapi|version)(\/|$)/;
/** `/{namespace}/webhooks` alone is a Broker of that name. */
const WEBHOOK = /^\/[^/]+\/webhooks\/[^/]/;

/** What this isolate remembers between requests; it may be lost at any time. */
interface IsolateState {
  readonly openMode: OpenModeRule | undefined;
  readonly ingress: IngressState;
  readonly webhookBodies: BodyBudget;
  readonly sources: WebhookSources;
}
let isolate: IsolateState | undefined;

export default {
  async fetch(request, env, ctx): Promise<Response> {
    const path = urlPath(request.url);
    if (PROBES.has(path)) return new Response("ok");
    const headers = new HeaderSnapshot(request.headers);
    const refusal = isolateState(env).openMode?.({ host: headers.get("host"), origin: headers.get("origin") });
    if (refusal !== undefined) return Response.json({ error: refusal }, { status: 403 });
    if (API.test(path)) return api(request, env);
    if (WEBHOOK.test(path)) return webhook(request, env);
    return ingress({ request, headers }, env, ctx);
  },

  async queue(batch, env): Promise<void> {
    for (const message of batch.messages) {
      await serveWakeUp(env, message.body);
      message.ack();
    }
  },

  /** Alarms have been seen to stick: the control plane pokes the channels it knows. */
  async scheduled(_controller, env): Promise<void> {
    await controlPlane(env).poke();
  },
} satisfies ExportedHandler<Env, WakeUp>;

/** A Host header that is none makes an address that no object can be called under. */
function api(request: Request, env: Env): Promise<Response> | Response {
  if (URL.canParse(request.url)) return controlPlane(env).fetch(request);
  return Response.json({ error: "the Host header is no host" }, { status: 400 });
}

function ingress(message: IncomingMessage, env: Env, ctx: ExecutionContext): Promise<Response> {
  const settings = settingsOf(env);
  return handleIngress(message, isolateState(env).ingress, {
    settings,
    append: (name, append) => channel(env, name).append(append),
    knowsToken: (digest) => controlPlane(env).knowsToken(digest),
    hasChannel: (name) => controlPlane(env).hasChannel(name),
    now: () => Date.now(),
    schedule,
    yieldOnce: () => scheduler.wait(0),
    waitUntil: (work) => ctx.waitUntil(work),
    log: (record) => console.log(JSON.stringify(record)),
  });
}

async function webhook(request: Request, env: Env): Promise<Response> {
  const { webhookBodies, sources } = isolateState(env);
  // Held until the answer: the body is in memory until its event is stored.
  const reservation = new BodyReservation(webhookBodies, () => Date.now());
  const answer = handleWebhook(request, {
    lookup: (namespace, name) => controlPlane(env).webhookSource(namespace, name),
    sources,
    readBody: (incoming, maxBytes) => readBody({ request: incoming, headers: incoming.headers }, maxBytes, reservation),
    append: (name, append) => channel(env, name).append(append),
    now: () => Date.now(),
    schedule,
    maxBodyBytes: settingsOf(env).maxEventBytes,
  });
  return answer.finally(() => reservation.release());
}

function isolateState(env: Env): IsolateState {
  if (isolate === undefined) {
    const settings = settingsOf(env);
    isolate = {
      openMode: settings.openAddress === undefined ? undefined : openModeRule(settings.openAddress),
      ingress: new IngressState(settings),
      webhookBodies: new BodyBudget(settings.maxEventBytes),
      sources: new WebhookSources(),
    };
  }
  return isolate;
}

function channel(env: Env, name: ChannelName): Pick<ChannelPort, "append"> {
  return channelOver(env.CHANNEL.getByName(name));
}

interface ControlPlanePort extends WebhookSourcePort, IngressLookup {
  fetch(request: Request): Promise<Response>;
  poke(): Promise<void>;
}

function controlPlane(env: Env): ControlPlanePort {
  return env.CONTROL_PLANE.getByName(CONTROL_PLANE);
}

/**
 * Takes events in. Stateless but for what an isolate may forget: 202 only after the channel has the events in its
 * log. Order of checks as in Knative: method, path, size, parsing and validation, hops, then the channel's answer, which
 * also says whether the producer may post there.
 */
import type { BoundedBody } from "../core/bounded-body.ts";
import type { ChannelName } from "../core/channel-name.ts";
import { type DecodedMessage, decodeMessage } from "../core/decode-message.ts";
import { producerKey } from "../core/idempotency.ts";
import type { IngressLookup } from "../core/ingress-lookup.ts";
import { passThroughHeaders } from "../core/pass-through-headers.ts";
import { Strikes } from "../core/strikes.ts";
import { accepted, consent, refusal, unauthorized, unavailable } from "./answer.ts";
import { BodyBudget, BodyReservation, mayReserve } from "./body-budget.ts";
import { type Caller, type CallerSettings, Callers, callerName } from "./callers.ts";
import { type CarriedEvents, encodeArrivals } from "./carried-events.ts";
import { type CallAnswer, type CoalescePorts, Coalescer, type PendingCall } from "./coalesce.ts";
import { ExistingChannels } from "./existing-channels.ts";
import { discardBody, type IncomingMessage, readBody } from "./read-body.ts";
import { type CallerRefusal, RefusedCallers } from "./refused-callers.ts";
import { type Route, Routes } from "./route.ts";
import { WelcomeCallers } from "./welcome-callers.ts";

export interface IngressSettings extends CallerSettings {
  readonly maxEventBytes: number;
  readonly coalesce: boolean;
}

/** Everything a request needs from outside; calls to objects may reject, for instance when one restarts. */
export interface IngressPorts extends CoalescePorts, IngressLookup {
  readonly settings: IngressSettings;
  /** Takes the one line about an event that was refused for a reason of ours. */
  log(record: IngressRecord): void;
}

export interface IngressRecord {
  readonly event: "event.refused";
  readonly channel: string;
  readonly status: 503;
  readonly reason: string;
}

/** What an isolate keeps between requests; one per isolate and settings. */
export class IngressState {
  readonly coalescer = new Coalescer();
  readonly existing = new ExistingChannels();
  /** Names that have no channel. */
  readonly missing = new Strikes<"missing">();
  readonly refused = new RefusedCallers();
  readonly welcome = new WelcomeCallers();
  readonly routes = new Routes();
  readonly callers: Callers;
  readonly budget: BodyBudget;

  constructor(settings: IngressSettings) {
    this.callers = new Callers(settings);
    this.budget = new BodyBudget(settings.maxEventBytes);
  }
}

/** Characters; a key is remembered for as long as its event is, and longer ones are no keys but data. */
const MAX_KEY_LENGTH = 255;
const RETRY_AFTER_MS = 1_000;
/** Also what a person sees who opens the router's address in a browser. */
const WRONG_METHOD = "post events with POST to /{namespace}/{broker}; kubectl's API is below /api and /apis";
const NOT_FOUND: CallAnswer = { kind: "not-found" };

/** Answers one request. Rejects only on a bug. */
export async function handleIngress(
  { request, headers }: IncomingMessage,
  state: IngressState,
  ports: IngressPorts,
): Promise<Response> {
  const response = await answer({ request, headers }, state, ports);
  // What was refused before its body was looked at; a producer that goes away meanwhile is refused all the same.
  if (!request.bodyUsed) void request.body?.cancel().catch(() => undefined);
  return response;
}

async function answer(
  { request, headers }: IncomingMessage,
  state: IngressState,
  ports: IngressPorts,
): Promise<Response> {
  if (request.method === "OPTIONS") return consent();
  if (request.method !== "POST") return refusal(405, WRONG_METHOD);
  const route = state.routes.of(request.url);
  if (route.kind === "malformed") return refusal(400, route.message);
  if (route.kind === "not-found") return refusal(404, route.message);
  const key = headers.get("idempotency-key");
  if (key !== null && (key === "" || key.length > MAX_KEY_LENGTH)) {
    return refusal(400, `Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} characters`);
  }
  const authorization = headers.get("authorization");
  const caller = state.callers.known(authorization) ?? (await state.callers.identify(authorization ?? ""));
  const silenced = state.refused.silenced(route.name, caller, ports.now());
  if (silenced !== undefined) return answerRefused(silenced, route.name);
  if (mayReserve(headers) && !state.welcome.has(route.name, caller)) {
    const refused = await ask(route.name, caller, state, ports);
    if (refused !== undefined) {
      await discardBody({ request, headers }, ports.settings.maxEventBytes);
      return refused;
    }
  }
  const reservation = new BodyReservation(state.budget, () => ports.now());
  const work = receive({ request, headers }, { key, route, caller, reservation }, state, ports).finally(() =>
    reservation.release(),
  );
  // A producer that hangs up ends its request, but not what runs in the background: the reservation ends in any case.
  if (mayReserve(headers)) ports.waitUntil(work.catch(() => undefined));
  return work;
}

/** Why the caller may not post, if so: a call without events asks the channel. */
async function ask(
  name: ChannelName,
  caller: Caller,
  state: IngressState,
  ports: IngressPorts,
): Promise<Response | undefined> {
  const call = { events: [], bytes: 0, caller: callerName(caller) ?? "" };
  // By itself: among others it would wait for what they store.
  const alone = { ...ports, settings: { ...ports.settings, coalesce: false } };
  const answer = await append({ name, caller, call }, state, alone);
  return answer.status === 202 ? undefined : answer;
}

interface Reception {
  readonly key: string | null;
  readonly route: Extract<Route, { kind: "channel" }>;
  readonly caller: Caller;
  readonly reservation: BodyReservation;
}

async function receive(
  { request, headers }: IncomingMessage,
  { key, route, caller, reservation }: Reception,
  state: IngressState,
  ports: IngressPorts,
): Promise<Response> {
  const body = await readBody({ request, headers }, ports.settings.maxEventBytes, reservation);
  if (body.kind !== "bytes") return answerBody(body, route.name, ports);
  const message = decodeMessage(headers, body.bytes);
  if (message.kind !== "events") return answerMessage(message);
  const carried = encodeArrivals(message.events, {
    headers: passThroughHeaders(headers),
    ...(route.isBroker && { arrivedMs: ports.now() }),
  });
  if (carried.kind !== "encoded") return answerCarried(carried);
  const named = callerName(caller);
  const call: PendingCall = {
    ...carried,
    ...(key === null ? {} : { key: producerKey(key) }),
    ...(named === undefined ? {} : { caller: named }),
  };
  return append({ name: route.name, caller, call }, state, ports);
}

async function append(
  { name, caller, call }: { readonly name: ChannelName; readonly caller: Caller; readonly call: PendingCall },
  state: IngressState,
  ports: IngressPorts,
): Promise<Response> {
  if (state.missing.silenced(name, ports.now()) !== undefined) return noChannel(name);
  const exists = state.existing.isKnown(name) || (await state.existing.find(name, ports));
  const answer = exists ? await state.coalescer.append(name, call, ports) : NOT_FOUND;
  switch (answer.kind) {
    case "accepted":
      state.missing.forgive(name);
      state.refused.welcome(name, caller);
      state.welcome.add(name, caller);
      return accepted(answer.duplicate);
    case "refused":
      if (answer.why === "not-told")
        return refuse503(name, "the channel has no ingress rules yet", RETRY_AFTER_MS, ports);
      state.welcome.remove(name, caller);
      return answerRefused(await state.refused.refuse(name, caller, ports), name);
    case "not-found":
      state.existing.forget(name);
      state.missing.strike(name, "missing", ports.now());
      return noChannel(name);
    case "overloaded":
      return refuse503(name, "the channel is overloaded", answer.retryAfterMs, ports);
    case "failed":
      return refuse503(name, answer.reason, RETRY_AFTER_MS, ports);
    default:
      return answer satisfies never;
  }
}

function noChannel(name: ChannelName): Response {
  const [namespace, kind, resource] = name.split("/");
  return refusal(
    404,
    `no ${kind} "${resource}" in namespace "${namespace}" takes events: create it, look at its status, or correct the address`,
  );
}

function answerRefused(why: CallerRefusal, name: ChannelName): Response {
  const namespace = name.split("/")[0] ?? "";
  switch (why) {
    case "no-token":
      return unauthorized(
        `post with a token: "Authorization: Bearer TOKEN", that of a Secret of type sluice.dev/access-token and role publisher in namespace "${namespace}"`,
      );
    case "unknown-token":
      return unauthorized("this token is not known: it is not whole, or its Secret was deleted");
    case "not-allowed":
      return refusal(
        403,
        `this token may not post here: it takes the role publisher, editor or admin in namespace "${namespace}" or in "sluice-system"`,
      );
    default:
      return why satisfies never;
  }
}

/** The reason goes to the log in full; producers only learn what they can do. */
function refuse503(name: ChannelName, reason: string, retryAfterMs: number, ports: IngressPorts): Response {
  ports.log({ event: "event.refused", channel: name, status: 503, reason });
  return unavailable("the event was not accepted: send it again after Retry-After", retryAfterMs);
}

function answerBody(body: Exclude<BoundedBody, { kind: "bytes" }>, name: ChannelName, ports: IngressPorts): Response {
  switch (body.kind) {
    case "too-large":
      return refusal(413, `an event may have at most ${ports.settings.maxEventBytes} bytes`);
    case "busy":
      return refuse503(name, "large bodies fill this isolate's memory", RETRY_AFTER_MS, ports);
    case "broken":
      return refusal(400, "the body ended before it was complete");
    default:
      return body satisfies never;
  }
}

function answerMessage(message: Exclude<DecodedMessage, { kind: "events" }>): Response {
  switch (message.kind) {
    case "malformed":
      return refusal(400, message.message);
    case "unsupported":
      return refusal(415, message.message);
    case "no-event":
      return refusal(400, "this is no CloudEvent: send ce- headers or the content type application/cloudevents+json");
    default:
      return message satisfies never;
  }
}

function answerCarried(carried: Exclude<CarriedEvents, { kind: "encoded" }>): Response {
  switch (carried.kind) {
    case "no-hops-left":
      return refusal(400, "knativebrokerttl leaves the event no delivery: the event was dropped to end a loop");
    case "too-large":
      return refusal(413, "too large together with the headers that every event carries: send fewer events at once");
    default:
      return carried satisfies never;
  }
}

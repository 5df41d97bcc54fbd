/**
 * The operator API: what a person asks of a channel's log and deliveries, forwarded to the channel of a Broker, a Channel or a
 * flow, or to that of a Trigger or a Subscription, which means its own subscription.
 *
 *   GET  {kind}/{name}/log?from=&limit=        GET  {kind}/{name}/deliveries?state=&subscription=&limit=&continue=
 *   GET  {kind}/{name}/stats                   POST {kind}/{name}/deliveries/{redrive|discard}
 *   POST {triggers|subscriptions}/{name}/replay  {from}
 *   POST {triggers|subscriptions}/{name}/skip  {to}
 *   GET  traces?source=&id=&from=&to=          of all channels of the namespace: see `traces/`
 */

import type { ChannelName } from "../../core/channel-name.ts";
import { errorText } from "../../core/error-text.ts";
import type { DeliverySelector, OperatorAnswer, OperatorRequest } from "../../core/operator-protocol.ts";
import { isJsonList, type JsonObject, textAt, valueAt } from "../resources/json.ts";
import { badRequest, methodNotAllowed, Refusal, unavailable, unknownPath } from "../resources/refusal.ts";
import { checkStillAllowed } from "../resources/still-allowed.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { answerTrace } from "../traces/answer-trace.ts";
import { parseStartFrom } from "../validation/annotation-settings.ts";
import { findSubject, type Subject } from "./operator-subject.ts";
import { readOptionalJsonObject } from "./request-body.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;
const STATES = ["parked", "retrying", "replying", "dead-lettering"] as const;

export interface OperatorPorts {
  readonly store: ObjectStore;
  readonly operate: (channel: ChannelName, request: OperatorRequest) => Promise<OperatorAnswer>;
  /** All that are known, those that drain too. */
  readonly channelsOf: (namespace: string) => readonly ChannelName[];
  /** As in `Scope`. */
  readonly isStillAllowed?: () => boolean;
}

export interface OperatorPath {
  readonly namespace: string;
  readonly segments: readonly string[];
}

export async function answerOperator(request: Request, path: OperatorPath, ports: OperatorPorts): Promise<Response> {
  const [plural, name, ...verb] = path.segments;
  if (plural === "traces" && name === undefined) {
    return answerTrace(request, path.namespace, ports);
  }
  if (plural === undefined || name === undefined) throw unknownPath();
  const subject = findSubject(path.namespace, plural, { name, store: ports.store });
  const question = await operatorRequest(request, verb.join("/"), subject);
  checkStillAllowed(ports);
  return operatorResponse(await operate(subject.channel, question, ports));
}

async function operatorRequest(request: Request, verb: string, subject: Subject): Promise<OperatorRequest> {
  const query = new URL(request.url).searchParams;
  const expected = ["log", "deliveries", "stats"].includes(verb) ? "GET" : "POST";
  const known = ["log", "deliveries", "stats", "deliveries/redrive", "deliveries/discard", "replay", "skip"];
  if (!known.includes(verb)) throw unknownPath();
  if (request.method !== expected) throw methodNotAllowed([expected]);
  const body = expected === "POST" ? await readOptionalJsonObject(request) : {};
  refuseUnknown(verb, [...query.keys(), ...Object.keys(body)]);
  switch (verb) {
    case "log": {
      const from = query.get("from");
      return { verb, limit: parseLimit(query), ...(from === null ? {} : { from }) };
    }
    case "deliveries": {
      const next = query.get("continue");
      const wanted = { state: query.get("state")?.split(","), subscription: query.get("subscription") ?? undefined };
      const selector = deliverySelector(wanted, subject);
      return { verb, selector, limit: parseLimit(query), ...(next === null ? {} : { continue: next }) };
    }
    case "stats":
      return { verb };
    case "replay":
    case "skip":
      return moveRequest(verb, body, subject);
    default: {
      const selector = bodySelector(body, subject);
      const act = verb === "deliveries/redrive" ? "redrive" : "discard";
      return { verb: act, selector, dryRun: dryRunOf(body) };
    }
  }
}

/** What each verb takes, in the query of a GET and the body of a POST. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  log: ["from", "limit"],
  deliveries: ["state", "subscription", "limit", "continue"],
  stats: [],
  "deliveries/redrive": ["ids", "state", "subscription", "dryRun"],
  "deliveries/discard": ["ids", "state", "subscription", "dryRun"],
  replay: ["from", "dryRun"],
  skip: ["to", "dryRun"],
};

/** A typo must not make a verb mean more than was asked for. */
function refuseUnknown(verb: string, sent: readonly string[]): void {
  const taken = FIELDS[verb] ?? [];
  const unknown = sent.find((name) => !taken.includes(name));
  if (unknown === undefined) return;
  const takes = taken.length === 0 ? "nothing" : taken.join(", ");
  throw badRequest(`unknown field ${JSON.stringify(unknown)}: ${verb} takes ${takes}`);
}

function dryRunOf(body: JsonObject): boolean {
  const value = valueAt(body, "dryRun");
  if (value === undefined || typeof value === "boolean") return value ?? false;
  throw badRequest(`dryRun must be true or false, not ${JSON.stringify(value)}`);
}

function moveRequest(verb: "replay" | "skip", body: JsonObject, subject: Subject): OperatorRequest {
  if (subject.subscription === undefined) throw unknownPath();
  const field = verb === "replay" ? "from" : "to";
  const place = textAt(body, field);
  const to = parseStartFrom(place ?? "");
  if (to === undefined) {
    const is = place === undefined ? "missing" : JSON.stringify(place);
    throw badRequest(
      `${field} is ${is}: it must be latest, earliest, a position of the log or an RFC 3339 time with its zone`,
    );
  }
  return { verb, subscription: subject.subscription, to, dryRun: dryRunOf(body) };
}

/** An empty body would mean everything; that has to be said with a state or a subscription. */
function bodySelector(body: JsonObject, subject: Subject): DeliverySelector {
  const ids = textList(body, "ids");
  const state = textList(body, "state");
  const subscription = textAt(body, "subscription");
  if (ids === undefined && state === undefined && subscription === undefined && subject.subscription === undefined) {
    throw badRequest("say which deliveries are meant: ids, or a selector of state and subscription");
  }
  return { ...deliverySelector({ state, subscription }, subject), ...(ids === undefined ? {} : { ids }) };
}

function deliverySelector(
  wanted: { readonly state: readonly string[] | undefined; readonly subscription: string | undefined },
  subject: Subject,
): DeliverySelector {
  const states = wanted.state?.map((sent) => {
    const state = STATES.find((each) => each === sent);
    if (state === undefined) throw badRequest(`state must be one of ${STATES.join(", ")}, not ${JSON.stringify(sent)}`);
    return state;
  });
  const subscription =
    subject.subscription ?? (wanted.subscription === undefined ? undefined : subject.uidNamed(wanted.subscription));
  return {
    ...(states === undefined ? {} : { state: states }),
    ...(subscription === undefined ? {} : { subscription }),
  };
}

function textList(body: JsonObject, name: string): readonly string[] | undefined {
  const value = valueAt(body, name);
  if (value === undefined) return undefined;
  if (!isJsonList(value)) throw badRequest(`${name} must be a list of strings`);
  return value.map((item) => {
    if (typeof item !== "string") throw badRequest(`${name} must be a list of strings`);
    return item;
  });
}

function parseLimit(query: URLSearchParams): number {
  const text = query.get("limit") ?? String(DEFAULT_LIMIT);
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw badRequest(`limit must be a whole number of at least 1, not ${JSON.stringify(text)}`);
  return Math.min(Number(text), MAX_LIMIT);
}

async function operate(channel: ChannelName, request: OperatorRequest, ports: OperatorPorts): Promise<OperatorAnswer> {
  try {
    return await ports.operate(channel, request);
  } catch (error) {
    throw unavailable(`the channel could not be reached: ${errorText(error)}`);
  }
}

function operatorResponse(answer: OperatorAnswer): Response {
  switch (answer.kind) {
    case "ok":
      return Response.json(answer.body);
    case "traced":
      return Response.json(answer.trace);
    case "seen-types":
      throw new Error("no path of the API asks for types");
    case "invalid":
      throw badRequest(answer.message);
    case "not-found":
      throw new Refusal(404, "NotFound", answer.message);
    default:
      return answer satisfies never;
  }
}

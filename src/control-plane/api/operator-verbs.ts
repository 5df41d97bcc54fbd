/**
 * What people can ask of the channel of a resource, from the request to what the channel is asked:
 *
 *   GET  {kind}/{name}/log?from=&limit=        GET  {kind}/{name}/deliveries?state=&subscription=&limit=&continue=
 *   GET  {kind}/{name}/stats                   POST {kind}/{name}/deliveries/{redrive|discard}
 *   POST {triggers|subscriptions}/{name}/replay  {from}
 *   POST {triggers|subscriptions}/{name}/skip  {to}
 */
import type { DeliverySelector, OperatorRequest } from "../../core/operator-protocol.ts";
import { isJsonList, type JsonObject, textAt, valueAt } from "../resources/json.ts";
import { badRequest, unknownPath } from "../resources/refusal.ts";
import { parseStartFrom } from "../validation/annotation-settings.ts";
import type { Subject } from "./operator-subject.ts";

export interface OperatorVerb {
  readonly method: "GET" | "POST";
  /** What it takes, in the query of a GET and the body of a POST. */
  readonly fields: readonly string[];
  readonly request: (asked: Asked) => OperatorRequest;
}

interface Asked {
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  readonly subject: Subject;
}

/** `log`, `deliveries/redrive`; undefined for what is no verb. */
export function operatorVerb(name: string): OperatorVerb | undefined {
  return VERBS.get(name);
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;
const STATES = ["parked", "retrying", "replying", "dead-lettering"] as const;
const ACT_FIELDS = ["ids", "state", "subscription", "dryRun"];

const VERBS: ReadonlyMap<string, OperatorVerb> = new Map<string, OperatorVerb>([
  ["log", { method: "GET", fields: ["from", "limit"], request: logRequest }],
  ["deliveries", { method: "GET", fields: ["state", "subscription", "limit", "continue"], request: deliveriesRequest }],
  ["stats", { method: "GET", fields: [], request: () => ({ verb: "stats" }) }],
  ["deliveries/redrive", { method: "POST", fields: ACT_FIELDS, request: (asked) => actRequest("redrive", asked) }],
  ["deliveries/discard", { method: "POST", fields: ACT_FIELDS, request: (asked) => actRequest("discard", asked) }],
  ["replay", { method: "POST", fields: ["from", "dryRun"], request: (asked) => moveRequest("replay", asked) }],
  ["skip", { method: "POST", fields: ["to", "dryRun"], request: (asked) => moveRequest("skip", asked) }],
]);

function logRequest({ query }: Asked): OperatorRequest {
  const from = query.get("from");
  return { verb: "log", limit: parseLimit(query), ...(from === null ? {} : { from }) };
}

function deliveriesRequest({ query, subject }: Asked): OperatorRequest {
  const next = query.get("continue");
  const wanted = { state: query.get("state")?.split(","), subscription: query.get("subscription") ?? undefined };
  const selector = deliverySelector(wanted, subject);
  return { verb: "deliveries", selector, limit: parseLimit(query), ...(next === null ? {} : { continue: next }) };
}

function actRequest(verb: "redrive" | "discard", { body, subject }: Asked): OperatorRequest {
  return { verb, selector: bodySelector(body, subject), dryRun: dryRunOf(body) };
}

function dryRunOf(body: JsonObject): boolean {
  const value = valueAt(body, "dryRun");
  if (value === undefined || typeof value === "boolean") return value ?? false;
  throw badRequest(`dryRun must be true or false, not ${JSON.stringify(value)}`);
}

function moveRequest(verb: "replay" | "skip", { body, subject }: Asked): OperatorRequest {
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

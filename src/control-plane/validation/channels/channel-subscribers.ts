/**
 * What a channel's own kind says beside its delivery: who subscribes, which Subscriptions alone decide, and in which scope
 * it runs. In Knative's words.
 */
import { type Json, type JsonObject, listAt, sameJson, textAt } from "../../resources/json.ts";
import { annotationOf } from "../../resources/metadata.ts";
import { type FieldError, invalidValue, missingFields } from "../field-error.ts";

/** Each is a subscription that the channel keeps in memory, and is shown in its status. Subscriptions have no such bound. */
const MAX_SUBSCRIBERS = 100;
const SCOPE = "eventing.knative.dev/scope";

export function validateChannelSubscribers(channel: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const subscribers = listAt(channel, "spec", "subscribers");
  if (subscribers.length > MAX_SUBSCRIBERS) {
    const details = `expected at most ${MAX_SUBSCRIBERS}: a Subscription is the way to subscribe`;
    return [invalidValue(String(subscribers.length), "spec.subscribers", details)];
  }
  const errors = subscribers.flatMap(validateSubscriber);
  if (old === undefined || sameJson(subscribers, listAt(old, "spec", "subscribers"))) return errors;
  const message = "Channel.Spec.Subscribers changed by a user: a Subscription is the way to subscribe";
  return [...errors, { message, paths: ["spec.subscribers"] }];
}

export function validateChannelScope(channel: JsonObject): readonly FieldError[] {
  const scope = annotationOf(channel, SCOPE) ?? "cluster";
  if (scope === "cluster" || scope === "namespace") return [];
  // The dot before the bracket is Knative's.
  return [invalidValue(scope, `metadata.annotations.[${SCOPE}]`, "expected either 'cluster' or 'namespace'")];
}

function validateSubscriber(subscriber: Json, index: number): readonly FieldError[] {
  if (["subscriberUri", "replyUri"].some((name) => textAt(subscriber, name) !== undefined)) return [];
  const path = `spec.subscribable.subscriber[${index}]`;
  const missing = missingFields(`${path}.replyURI`, `${path}.subscriberURI`);
  return [{ ...missing, details: "expected at least one of, got none" }];
}

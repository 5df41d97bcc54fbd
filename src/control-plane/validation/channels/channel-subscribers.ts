/**
 * What a channel's own kind says beside its delivery: who subscribes, which Subscriptions alone decide, and in which scope
 * it runs. In Knative's words.
 */
import { type Json, type JsonObject, listAt, objectAt, sameJson, textAt } from "../../resources/json.ts";
import { annotationOf } from "../../resources/metadata.ts";
import { validateDelivery } from "../delivery-spec.ts";
import { validateDestination, validateUri } from "../destination.ts";
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

/** The paths are Knative's. An empty address says as little as none. */
function validateSubscriber(subscriber: Json, index: number): readonly FieldError[] {
  const path = `spec.subscribable.subscriber[${index}]`;
  const addresses = [
    { uri: textAt(subscriber, "subscriberUri") ?? "", path: `${path}.subscriberURI` },
    { uri: textAt(subscriber, "replyUri") ?? "", path: `${path}.replyURI` },
  ];
  const given = addresses.filter(({ uri }) => uri !== "");
  if (given.length === 0) {
    const missing = missingFields(...addresses.map((address) => address.path));
    return [{ ...missing, details: "expected at least one of, got none" }];
  }
  const tooLong = given.flatMap((address) => validateUri(address.uri, address.path));
  if (tooLong.length > 0) return tooLong;
  const relative = given.filter(({ uri }) => validateDestination({ uri }, path).length > 0);
  return [
    ...relative.map((address) => invalidValue(address.uri, address.path, "expected an absolute URI")),
    ...validateDelivery(objectAt(subscriber, "delivery"), `${path}.delivery`),
  ];
}

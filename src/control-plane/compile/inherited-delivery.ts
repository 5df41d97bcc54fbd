/**
 * How what subscribes delivers: a Trigger of a Broker, a Subscription or a subscriber of a channel. A delivery of its own, an
 * empty one too, replaces that of the Broker or channel, except that the dead letter sink of the Broker or channel still serves
 * where it has none.
 */
import type { DeliveryPolicy } from "../../core/channel-protocol.ts";
import { type JsonObject, objectAt } from "../resources/json.ts";
import { deliveryPolicy } from "../validation/delivery-spec.ts";
import type { CompileContext } from "./compile-context.ts";
import { type Resolution, resolveDestination, targetOf } from "./resolve-destination.ts";

export interface InheritedDelivery {
  readonly delivery: DeliveryPolicy;
  /** Absent where neither has one. */
  readonly deadLetterSink: Resolution | undefined;
}

/** `from` is the Broker or channel, without members where there is none; both are in `namespace`. */
export function inheritedDelivery(
  own: JsonObject | undefined,
  { from, namespace }: { readonly from: JsonObject; readonly namespace: string },
  context: CompileContext,
): InheritedDelivery {
  const inherited = objectAt(from, "spec", "delivery");
  const sink = objectAt(own, "deadLetterSink") ?? objectAt(inherited, "deadLetterSink");
  const deadLetterSink = sink === undefined ? undefined : resolveDestination(sink, namespace, context);
  // Without a dead letter sink that resolves, what fails is parked: nothing is lost meanwhile.
  return { delivery: deliveryPolicy(own ?? inherited, targetOf(deadLetterSink)), deadLetterSink };
}

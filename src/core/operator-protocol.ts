/**
 * What people and the control plane ask of a channel, and what it answers. Where a person asks, the answer's body is what they
 * see. Neighbours one version apart must understand each other, so verbs and fields are only added.
 */
import type { StartFrom } from "./channel-protocol.ts";
import type { SeenTypes, SeenTypesRequest } from "./seen-types.ts";
import type { ChannelTrace, TraceRequest } from "./trace.ts";

/** Which deliveries an operator means: ids, or everything that the selector passes. */
export interface DeliverySelector {
  readonly ids?: readonly string[];
  readonly subscription?: string;
  readonly state?: readonly ("parked" | "retrying" | "replying" | "dead-lettering")[];
}

/** The verbs of the operator API, which the control plane forwards, and what it asks for itself; positions are opaque strings. */
export type OperatorRequest =
  | { readonly verb: "log"; readonly from?: string; readonly limit: number }
  | {
      readonly verb: "deliveries";
      readonly selector: DeliverySelector;
      readonly limit: number;
      readonly continue?: string;
    }
  | { readonly verb: "redrive" | "discard"; readonly selector: DeliverySelector; readonly dryRun: boolean }
  | {
      readonly verb: "replay" | "skip";
      readonly subscription: string;
      readonly to: StartFrom;
      readonly dryRun: boolean;
    }
  | { readonly verb: "stats" }
  | TraceRequest
  | SeenTypesRequest;

export type OperatorAnswer =
  | { readonly kind: "ok"; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: "traced"; readonly trace: ChannelTrace }
  | { readonly kind: "seen-types"; readonly seen: SeenTypes }
  | { readonly kind: "invalid" | "not-found"; readonly message: string };

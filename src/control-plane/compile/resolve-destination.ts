/** Where a Destination leads: the data plane's target, or why it leads nowhere. */
import type { Target } from "../../core/channel-protocol.ts";
import { qualified, SERVICES } from "../resource-names.ts";
import { type JsonObject, objectAt, textAt } from "../resources/json.ts";
import { placeOf } from "./channel-place.ts";
import type { CompileContext } from "./compile-context.ts";
import { readyOf } from "./conditions.ts";
import { findReference, type Referent, shownReference } from "./find-reference.ts";
import { resolveService } from "./service-url.ts";

export type Resolution =
  | { readonly kind: "resolved"; readonly target: Target }
  | { readonly kind: "unresolved"; readonly message: string };

/** Stands where there is no target; a paused subscription never uses it. */
export const NOWHERE: Target = { kind: "url", url: "" };

export function targetOf(destination: Resolution | undefined): Target | undefined {
  return destination?.kind === "resolved" ? destination.target : undefined;
}

/** The namespace is that of the object holding the destination, for a `ref` without one. */
export function resolveDestination(
  destination: JsonObject | undefined,
  namespace: string,
  context: CompileContext,
): Resolution {
  const ref = objectAt(destination, "ref");
  const uri = textAt(destination, "uri");
  if (ref === undefined) {
    if (uri === undefined) return unresolved("destination missing Ref and URI, expected at least one");
    return absoluteUrl(uri);
  }
  const resolved = resolveReference(ref, namespace, context);
  if (resolved.kind === "unresolved" || uri === undefined || uri === "") return resolved;
  return relativeUrl(uri, resolved.target);
}

function resolveReference(ref: JsonObject, namespace: string, context: CompileContext): Resolution {
  const referent = findReference(ref, namespace, context);
  switch (referent.kind) {
    case "found":
      return addressOf(ref, referent, context);
    case "missing":
      return unresolved(referent.message);
    case "unknown-kind":
      return unresolved(
        `${referent.message}: refer to a Broker, a Channel, a flow or a Service of type ExternalName, or give a uri`,
      );
    default:
      return referent satisfies never;
  }
}

function addressOf(
  ref: JsonObject,
  referent: Extract<Referent, { kind: "found" }>,
  context: CompileContext,
): Resolution {
  const { resource, namespace, name, object } = referent;
  if (qualified(resource) === qualified(SERVICES)) return resolveService(object, context);
  const place = placeOf(resource, object, context);
  const shown = shownReference(ref, referent);
  if (place !== undefined) {
    const { address } = place;
    const wanted = textAt(ref, "address") || address.name;
    if (wanted !== address.name)
      return unresolved(`address with name ${JSON.stringify(wanted)} not found for ${shown}`);
    return { kind: "resolved", target: { kind: "channel", name: place.name, url: address.url } };
  }
  const why = readyOf(context.statusOf(resource, namespace, name))?.message ?? "nothing can be sent to it";
  return unresolved(`address not set for ${shown}: ${why}`);
}

/** Any scheme will do, as in Knative: what cannot be called fails like a subscriber that does not answer. */
function absoluteUrl(uri: string): Resolution {
  const url = URL.parse(uri);
  if (url === null || url.host === "") {
    return unresolved(`URI is not absolute (both scheme and host should be non-empty): ${JSON.stringify(uri)}`);
  }
  // The parser gives an empty path its slash; people look for the address that they wrote.
  return { kind: "resolved", target: { kind: "url", url: url.href === `${uri}/` ? uri : url.href } };
}

/** RFC 3986 reference resolution. A path below a Broker's or a channel's address is an URL like any other. */
function relativeUrl(uri: string, target: Target): Resolution {
  const base = target.url;
  const url = URL.parse(uri, base);
  if (url === null) return unresolved(`URI ${JSON.stringify(uri)} cannot be resolved against ${base}`);
  const binding = target.kind === "url" ? target.binding : undefined;
  return { kind: "resolved", target: { kind: "url", url: url.href, ...(binding === undefined ? {} : { binding }) } };
}

function unresolved(message: string): Resolution {
  return { kind: "unresolved", message };
}

/** How things look in a watch: objects as themselves, or as what the client accepts instead (a Table, metadata alone). */
import type { JsonObject } from "../resources/json.ts";
import type { Refusal } from "../resources/refusal.ts";
import type { Scope } from "../resources/resources.ts";
import type { ChangeType } from "../store/change-log.ts";

export interface WatchFormat {
  /** Called once for each event, in order: the first may say more than those that follow. */
  object(object: JsonObject): JsonObject;
  /** An object that is nothing but this metadata. */
  bookmark(metadata: JsonObject): JsonObject;
}

/** Marks the bookmark that ends the initial events. */
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";
/** An empty list in base64: what the client makes its list of. */
const LIST_BLUEPRINT = "kubernetes.io/initial-events-list-blueprint";

export function plainFormat(scope: Scope): WatchFormat {
  const head = { kind: scope.kind.kind, apiVersion: apiVersionOf(scope) };
  return { object: (object) => object, bookmark: (metadata) => ({ ...head, metadata }) };
}

export function eventLine(type: ChangeType, object: JsonObject): string {
  return line({ type, object });
}

export function errorLine(refusal: Refusal): string {
  return line({ type: "ERROR", object: refusal.toStatus() });
}

/** Says that the client knows everything up to this version. */
export function bookmarkLine(version: number, format: WatchFormat, endsInitialEventsOf?: Scope): string {
  const metadata: JsonObject = { resourceVersion: String(version), creationTimestamp: null };
  if (endsInitialEventsOf === undefined) return line({ type: "BOOKMARK", object: format.bookmark(metadata) });
  const annotations = { [INITIAL_EVENTS_END]: "true", [LIST_BLUEPRINT]: blueprint(endsInitialEventsOf) };
  return line({ type: "BOOKMARK", object: format.bookmark({ ...metadata, annotations }) });
}

function blueprint(scope: Scope): string {
  return btoa(JSON.stringify({ kind: `${scope.kind.kind}List`, apiVersion: apiVersionOf(scope), metadata: {}, items: [] }));
}

function apiVersionOf({ kind, version }: Scope): string {
  return kind.group === "" ? version : `${kind.group}/${version}`;
}

function line(event: JsonObject): string {
  return `${JSON.stringify(event)}\n`;
}

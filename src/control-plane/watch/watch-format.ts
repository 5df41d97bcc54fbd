/** How things look in a watch: objects as themselves, or as what the client accepts instead (a Table, metadata alone). */
import { presentEvent, type Subject } from "../presentation/present.ts";
import type { Representation } from "../presentation/representation.ts";
import type { JsonObject } from "../resources/json.ts";
import type { Refusal } from "../resources/refusal.ts";
import { apiVersionOf } from "../resources/versions.ts";
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

export function watchFormat(subject: Subject, as: Representation, now: () => number): WatchFormat {
  let isFirst = true;
  return {
    object(object) {
      const shown = presentEvent(subject, object, { as, nowMs: now(), isFirst });
      isFirst = false;
      return shown;
    },
    bookmark: (metadata) => bookmarkObject(subject, as, metadata),
  };
}

function bookmarkObject(subject: Subject, as: Representation, metadata: JsonObject): JsonObject {
  switch (as.kind) {
    case "object":
      return { kind: subject.kind.kind, apiVersion: apiVersionOf(subject.kind, subject.version), metadata };
    case "table":
      return { kind: "Table", apiVersion: `meta.k8s.io/${as.version}`, metadata, columnDefinitions: [], rows: [] };
    case "metadata":
      return { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${as.version}`, metadata };
    default:
      return as satisfies never;
  }
}

export function eventLine(type: ChangeType, object: JsonObject): string {
  return line({ type, object });
}

export function errorLine(refusal: Refusal): string {
  return line({ type: "ERROR", object: refusal.toStatus() });
}

/** Says that the client knows everything up to this version. */
export function bookmarkLine(version: number, format: WatchFormat, endsInitialEventsOf?: Subject): string {
  const metadata: JsonObject = { resourceVersion: String(version), creationTimestamp: null };
  if (endsInitialEventsOf === undefined) return line({ type: "BOOKMARK", object: format.bookmark(metadata) });
  const annotations = { [INITIAL_EVENTS_END]: "true", [LIST_BLUEPRINT]: blueprint(endsInitialEventsOf) };
  return line({ type: "BOOKMARK", object: format.bookmark({ ...metadata, annotations }) });
}

function blueprint(subject: Subject): string {
  const apiVersion = apiVersionOf(subject.kind, subject.version);
  return btoa(JSON.stringify({ kind: `${subject.kind.kind}List`, apiVersion, metadata: {}, items: [] }));
}

function line(event: JsonObject): string {
  return `${JSON.stringify(event)}\n`;
}

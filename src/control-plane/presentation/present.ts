/** Answers to reads in the form that the client asked for. */
import type { ResourceKind } from "../kind.ts";
import { type JsonObject, valueAt } from "../resources/json.ts";
import { apiVersionOf, columnsIn } from "../resources/versions.ts";
import { partialMetadata } from "./partial-metadata.ts";
import type { Representation } from "./representation.ts";
import { tableOf } from "./table.ts";

export interface Subject {
  readonly kind: Pick<ResourceKind, "group" | "plural" | "kind" | "schema" | "printerColumns" | "shapes">;
  readonly version: string;
}

export interface View {
  readonly as: Representation;
  /** Ages are counted up to it. */
  readonly nowMs: number;
}

export function presentObject(subject: Subject, object: JsonObject, view: View): JsonObject {
  return presentEvent(subject, object, { ...view, isFirst: true });
}

/** The object of one event of a watch; only the first names the columns of its table. */
export function presentEvent(
  subject: Subject,
  object: JsonObject,
  view: View & { readonly isFirst: boolean },
): JsonObject {
  const { as, nowMs, isFirst } = view;
  switch (as.kind) {
    case "object":
      return object;
    case "table": {
      const metadata = { resourceVersion: valueAt(object, "metadata", "resourceVersion") ?? "" };
      return tableOf(columnsIn(subject.kind, subject.version), [object], {
        ...as,
        nowMs,
        metadata,
        withColumns: isFirst,
      });
    }
    case "metadata":
      return partialMetadata(object, as.version);
    default:
      return as satisfies never;
  }
}

export interface ObjectList {
  readonly items: readonly JsonObject[];
  /** The list's own. */
  readonly metadata: JsonObject;
}

export function presentList(subject: Subject, list: ObjectList, view: View): JsonObject {
  const { items, metadata } = list;
  const { as, nowMs } = view;
  switch (as.kind) {
    case "object":
      return listObject(subject, list);
    case "table":
      return tableOf(columnsIn(subject.kind, subject.version), items, { ...as, nowMs, metadata, withColumns: true });
    case "metadata": {
      const partial = items.map((item) => partialMetadata(item, as.version));
      return { kind: "PartialObjectMetadataList", apiVersion: `meta.k8s.io/${as.version}`, metadata, items: partial };
    }
    default:
      return as satisfies never;
  }
}

/** The list as it is. */
export function listObject(subject: Subject, { items, metadata }: ObjectList): JsonObject {
  return { kind: `${subject.kind.kind}List`, apiVersion: apiVersionOf(subject.kind, subject.version), metadata, items };
}

/** A core Event: what a controller noticed about an object, for people to read. It is no CloudEvent. */

import type { ResourceKind } from "../../kind.ts";
import { EVENT_COLUMNS } from "../../presentation/core-columns.ts";
import { EVENTS } from "../../resource-names.ts";
import { textAt } from "../../resources/json.ts";
import { namespaceOf } from "../../resources/metadata.ts";
import { int32, objectReferenceSchema, objectSchema, struct, text } from "../../validation/common-schemas.ts";
import { invalidValue } from "../../validation/field-error.ts";

export const eventKind: ResourceKind = {
  ...EVENTS,
  kind: "Event",
  versions: ["v1"],
  singular: "event",
  shortNames: ["ev"],
  categories: [],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: false,
  schema: {
    description: "What was noticed about an object, for people to read. It is no CloudEvent.",
    ...objectSchema(
      {
        involvedObject: objectReferenceSchema,
        reason: text,
        message: text,
        type: text,
        action: text,
        count: int32,
        eventTime: text,
        firstTimestamp: text,
        lastTimestamp: text,
        related: objectReferenceSchema,
        reportingComponent: text,
        reportingInstance: text,
        series: struct({ count: int32, lastObservedTime: text }),
        source: struct({ component: text, host: text }),
      },
      ["involvedObject"],
    ),
  },
  printerColumns: EVENT_COLUMNS,
  selectableFields: [
    ...["kind", "name", "namespace", "uid", "apiVersion", "resourceVersion", "fieldPath"].map(
      (name) => `involvedObject.${name}`,
    ),
    "reason",
    "type",
    "reportingComponent",
  ],
  applyDefaults: (object) => object,
  validate(object) {
    const namespace = textAt(object, "involvedObject", "namespace") ?? "";
    if (namespace === "" || namespace === namespaceOf(object)) return [];
    return [invalidValue(namespace, "involvedObject.namespace", "does not match event.namespace")];
  },
};

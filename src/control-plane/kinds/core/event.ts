/** A core Event: what a controller noticed about an object, for people to read. It is no CloudEvent. */
import type { ResourceKind } from "../../kind.ts";
import { EVENT_COLUMNS } from "../../presentation/core-columns.ts";
import { EVENTS } from "../../resource-names.ts";
import { textAt } from "../../resources/json.ts";
import { namespaceOf } from "../../resources/metadata.ts";
import { int32, objectReferenceSchema, objectSchema, struct, text } from "../../validation/common-schemas.ts";
import { invalidValue } from "../../validation/field-error.ts";
import { immutableMembers } from "../../validation/immutable-fields.ts";

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
        involvedObject: { ...objectReferenceSchema, description: "The object it is about." },
        reason: { ...text, description: "Why, in one word." },
        message: { ...text, description: "Why, for people." },
        type: { ...text, description: "Normal or Warning." },
        action: { ...text, description: "What was done about it." },
        count: { ...int32, description: "How often it was noticed." },
        eventTime: { ...text, description: "When it was noticed, by those who write no timestamps." },
        firstTimestamp: { ...text, description: "When it was first noticed." },
        lastTimestamp: { ...text, description: "When it was last noticed." },
        related: { ...objectReferenceSchema, description: "Another object that it is about." },
        reportingComponent: { ...text, description: "Who noticed it." },
        reportingInstance: { ...text, description: "Which one of them, where there are several." },
        series: {
          description: "How often and when it was last noticed, by those who write no count.",
          ...struct({ count: int32, lastObservedTime: text }),
        },
        source: { description: "Who noticed it.", ...struct({ component: text, host: text }) },
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
  validate(object, old) {
    // Whatever can be selected by, as in `events.k8s.io`: a watch would not tell that an Event has left its selection.
    const errors = immutableMembers(["involvedObject", "reason", "type", "reportingComponent"], object, old);
    const namespace = textAt(object, "involvedObject", "namespace") ?? "";
    if (namespace === "" || namespace === namespaceOf(object)) return errors;
    return [...errors, invalidValue(namespace, "involvedObject.namespace", "does not match event.namespace")];
  },
};

/** A core Event: what a controller noticed about an object, for people to read. It is no CloudEvent. */

import type { ResourceKind } from "../kind.ts";
import { EVENTS } from "../resource-names.ts";
import { type JsonObject, objectAt, textAt } from "../resources/json.ts";
import { namespaceOf } from "../resources/metadata.ts";
import { int32, objectReferenceSchema, objectSchema, struct, text } from "../validation/common-schemas.ts";
import { invalidValue } from "../validation/field-error.ts";

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
  schema: objectSchema(
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
  printerColumns: [
    { name: "Last Seen", type: "date", jsonPath: ".lastTimestamp" },
    { name: "Type", type: "string", jsonPath: ".type" },
    { name: "Reason", type: "string", jsonPath: ".reason" },
    { name: "Object", type: "string", jsonPath: ".involvedObject.name", cell: shownObject },
    { name: "Subobject", type: "string", jsonPath: ".involvedObject.fieldPath", priority: 1 },
    { name: "Source", type: "string", jsonPath: ".source.component", priority: 1 },
    { name: "Message", type: "string", jsonPath: ".message" },
    { name: "First Seen", type: "date", jsonPath: ".firstTimestamp", priority: 1 },
    { name: "Count", type: "string", jsonPath: ".count", priority: 1 },
    { name: "Name", type: "string", jsonPath: ".metadata.name", priority: 1 },
  ],
  applyDefaults: (object) => object,
  validate(object) {
    const namespace = textAt(object, "involvedObject", "namespace") ?? "";
    if (namespace === "" || namespace === namespaceOf(object)) return [];
    return [invalidValue(namespace, "involvedObject.namespace", "does not match event.namespace")];
  },
};

/** `broker/default` */
function shownObject(event: JsonObject): string {
  const object = objectAt(event, "involvedObject");
  return `${(textAt(object, "kind") ?? "").toLowerCase()}/${textAt(object, "name") ?? ""}`;
}

/**
 * The messages that clients send as protobuf: the typed commands of kubectl and other Go clients. Field numbers are
 * those of Kubernetes' published `generated.proto` files; fields that are not listed are skipped, as unknown ones are.
 */
import {
  bytesMap,
  fieldsOf,
  flag,
  integer,
  type Message,
  message,
  positive,
  text,
  textMap,
  time,
} from "./protobuf-fields.ts";

/** The envelope of every message, but for field 2: the bytes of the message that `typeMeta` names. */
export const UNKNOWN: Message = fieldsOf({
  1: ["typeMeta", message({ 1: ["apiVersion", text], 2: ["kind", text] })],
  3: ["contentEncoding", text],
});
export const UNKNOWN_RAW = 2;

const ownerReference = message({
  1: ["kind", text],
  3: ["name", text],
  4: ["uid", text],
  5: ["apiVersion", text],
  6: ["controller", flag],
  7: ["blockOwnerDeletion", flag],
});

const managedFieldsEntry = message({
  1: ["manager", text],
  2: ["operation", text],
  3: ["apiVersion", text],
  4: ["time", time],
  6: ["fieldsType", text],
  7: ["fieldsV1", { kind: "raw-json" }],
  8: ["subresource", text],
});

const objectMeta = message({
  1: ["name", text],
  2: ["generateName", text],
  3: ["namespace", text],
  4: ["selfLink", text],
  5: ["uid", text],
  6: ["resourceVersion", text],
  7: ["generation", positive],
  8: ["creationTimestamp", time],
  9: ["deletionTimestamp", time],
  10: ["deletionGracePeriodSeconds", integer],
  11: ["labels", textMap],
  12: ["annotations", textMap],
  13: ["ownerReferences", ownerReference, "repeated"],
  14: ["finalizers", text, "repeated"],
  17: ["managedFields", managedFieldsEntry, "repeated"],
});

const servicePort = message({
  1: ["name", text],
  2: ["protocol", text],
  3: ["port", positive],
  4: ["targetPort", { kind: "int-or-string" }],
  5: ["nodePort", positive],
  6: ["appProtocol", text],
});

/** What `kubectl create service` says. */
const serviceSpec = message({
  1: ["ports", servicePort, "repeated"],
  2: ["selector", textMap],
  3: ["clusterIP", text],
  4: ["type", text],
  5: ["externalIPs", text, "repeated"],
  7: ["sessionAffinity", text],
  10: ["externalName", text],
});

const objectReference = message({
  1: ["kind", text],
  2: ["namespace", text],
  3: ["name", text],
  4: ["uid", text],
  5: ["apiVersion", text],
  6: ["resourceVersion", text],
  7: ["fieldPath", text],
});

const resourceAttributes = message({
  1: ["namespace", text],
  2: ["verb", text],
  3: ["group", text],
  4: ["version", text],
  5: ["resource", text],
  6: ["subresource", text],
  7: ["name", text],
});

const accessReviewSpec = message({
  1: ["resourceAttributes", resourceAttributes],
  2: ["nonResourceAttributes", message({ 1: ["path", text], 2: ["verb", text] })],
});

/** By kind; the verb that takes the object compares its group and version. */
export const MESSAGES: ReadonlyMap<string, Message> = new Map([
  [
    "Namespace",
    fieldsOf({
      1: ["metadata", objectMeta],
      2: ["spec", message({ 1: ["finalizers", text, "repeated"] })],
      3: ["status", message({ 1: ["phase", text] })],
    }),
  ],
  [
    "Secret",
    fieldsOf({
      1: ["metadata", objectMeta],
      2: ["data", bytesMap],
      3: ["type", text],
      4: ["stringData", textMap],
      5: ["immutable", flag],
    }),
  ],
  [
    "ConfigMap",
    fieldsOf({
      1: ["metadata", objectMeta],
      2: ["data", textMap],
      3: ["binaryData", bytesMap],
      4: ["immutable", flag],
    }),
  ],
  [
    "ServiceAccount",
    fieldsOf({
      1: ["metadata", objectMeta],
      2: ["secrets", objectReference, "repeated"],
      3: ["imagePullSecrets", message({ 1: ["name", text] }), "repeated"],
      4: ["automountServiceAccountToken", flag],
    }),
  ],
  ["Service", fieldsOf({ 1: ["metadata", objectMeta], 2: ["spec", serviceSpec] })],
  [
    "DeleteOptions",
    fieldsOf({
      1: ["gracePeriodSeconds", integer],
      2: ["preconditions", message({ 1: ["uid", text], 2: ["resourceVersion", text] })],
      3: ["orphanDependents", flag],
      4: ["propagationPolicy", text],
      5: ["dryRun", text, "repeated"],
    }),
  ],
  ["SelfSubjectAccessReview", fieldsOf({ 1: ["metadata", objectMeta], 2: ["spec", accessReviewSpec] })],
  [
    "SelfSubjectRulesReview",
    fieldsOf({ 1: ["metadata", objectMeta], 2: ["spec", message({ 1: ["namespace", text] })] }),
  ],
  ["SelfSubjectReview", fieldsOf({ 1: ["metadata", objectMeta] })],
]);

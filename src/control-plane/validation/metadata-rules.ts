/** Kubernetes' rules for names, labels, annotations and finalizers, in its words. */
import type { ResourceKind } from "../kind.ts";
import { type JsonObject, textsAt } from "../resources/json.ts";
import { finalizersOf, labelsOf, nameOf } from "../resources/metadata.ts";
import type { StatusCause } from "../resources/refusal.ts";

const LABEL_PART = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const LABEL = new RegExp(`^${LABEL_PART}$`);
const SUBDOMAIN = new RegExp(`^${LABEL_PART}(\\.${LABEL_PART})*$`);
const QUALIFIED_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

export const MAX_SUBDOMAIN = 253;
const MAX_LABEL = 63;
/** All annotations of an object together, bytes. */
const MAX_ANNOTATION_BYTES = 256 * 1024;

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

export function checkMetadata(object: JsonObject, kind: ResourceKind): readonly StatusCause[] {
  const causes = [...checkName(nameOf(object), kind.nameRule)];
  for (const [key, value] of Object.entries(labelsOf(object))) {
    causes.push(...checkQualifiedName(key, "metadata.labels"));
    if (value !== "" && (value.length > MAX_LABEL || !QUALIFIED_PART.test(value))) {
      causes.push(invalidCause("metadata.labels", value, LABEL_VALUE_TEXT));
    }
  }
  let annotationBytes = 0;
  for (const [key, value] of Object.entries(textsAt(object, "metadata", "annotations"))) {
    // Annotation names are checked in lower case, as Kubernetes does.
    causes.push(...checkQualifiedName(key.toLowerCase(), "metadata.annotations"));
    annotationBytes += key.length + value.length;
  }
  if (annotationBytes > MAX_ANNOTATION_BYTES) {
    causes.push({
      reason: "FieldValueTooLong",
      message: `Too long: may not be more than ${MAX_ANNOTATION_BYTES} bytes`,
      field: "metadata.annotations",
    });
  }
  for (const finalizer of finalizersOf(object)) causes.push(...checkQualifiedName(finalizer, "metadata.finalizers"));
  return causes;
}

/** A subdomain in Kubernetes' sense, with or without the dot at its end. */
export function isHostName(text: string): boolean {
  const host = text.replace(/\.$/, "");
  return host.length <= MAX_SUBDOMAIN && SUBDOMAIN.test(host);
}

function checkName(name: string, rule: "subdomain" | "label"): readonly StatusCause[] {
  const field = "metadata.name";
  if (name === "") {
    return [{ reason: "FieldValueRequired", message: "Required value: name or generateName is required", field }];
  }
  const limit = rule === "label" ? MAX_LABEL : MAX_SUBDOMAIN;
  if (name.length > limit) return [invalidCause(field, name, `must be no more than ${limit} characters`)];
  if (rule === "label" ? LABEL.test(name) : SUBDOMAIN.test(name)) return [];
  return [invalidCause(field, name, rule === "label" ? LABEL_TEXT : SUBDOMAIN_TEXT)];
}

function checkQualifiedName(name: string, field: string): readonly StatusCause[] {
  const parts = name.split("/");
  const [prefix, own] = parts.length === 2 ? [parts[0] ?? "", parts[1] ?? ""] : [undefined, name];
  if (prefix !== undefined && (prefix.length > MAX_SUBDOMAIN || !SUBDOMAIN.test(prefix))) {
    return [invalidCause(field, name, `prefix part ${SUBDOMAIN_TEXT}`)];
  }
  return own.length <= MAX_LABEL && QUALIFIED_PART.test(own) ? [] : [invalidCause(field, name, QUALIFIED_TEXT)];
}

function invalidCause(field: string, value: string, text: string): StatusCause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(value)}: ${text}`, field };
}

/** A Knative Destination: `ref`, an absolute `uri`, or a `uri` relative to `ref`. Validation in Knative's words. */
import { type Json, type JsonObject, objectAt, textAt, withMember } from "../resources/json.ts";
import { expectedAtLeastOne, type FieldError, invalidValue, mustNotSet } from "./field-error.ts";
import { missingMembers } from "./missing-members.ts";

/** Characters. Longer than any server takes; statuses and configurations repeat it. */
const MAX_URI = 8192;
/** Characters, of what no object and no namespace has a longer one. */
const MAX_NAME = 253;
/** Characters of a value that is too long, by which it is recognized in the error. */
const SHOWN = 64;

export function validateDestination(destination: Json | undefined, path: string): readonly FieldError[] {
  const ref = objectAt(destination, "ref");
  const uri = textAt(destination, "uri");
  if (ref === undefined && uri === undefined) return [expectedAtLeastOne(`${path}.ref`, `${path}.uri`)];
  const uriErrors = validateUri(uri, `${path}.uri`);
  if (uriErrors.length > 0) return uriErrors;
  if (uri !== undefined && ref === undefined && !isAbsolute(uri)) {
    const why = "Relative URI is not allowed when Ref and [apiVersion, kind, name] is absent";
    return [invalidValue(why, `${path}.uri`)];
  }
  if (uri !== undefined && ref !== undefined && isAbsolute(uri)) {
    const message = "Absolute URI is not allowed when Ref or [apiVersion, kind, name] is present";
    return [{ message, paths: [`${path}.[apiVersion, kind, name]`, `${path}.ref`, `${path}.uri`] }];
  }
  return ref === undefined ? [] : validateReference(ref, `${path}.ref`);
}

/** How long a URI may be, wherever one stands; nothing where none stands. */
export function validateUri(uri: string | undefined, path: string): readonly FieldError[] {
  return atMost(MAX_URI, uri, path);
}

/** A KReference names what it means completely; a `group` instead of an `apiVersion` means whichever version is served. */
export function validateReference(reference: JsonObject, path: string): readonly FieldError[] {
  const tooLong = ["name", "namespace"].flatMap((name) => atMost(MAX_NAME, textAt(reference, name), `${path}.${name}`));
  return tooLong.length > 0 ? tooLong : validateMembers(reference, path);
}

function validateMembers(reference: JsonObject, path: string): readonly FieldError[] {
  const group = textAt(reference, "group") ?? "";
  if (group === "") return missingMembers(reference, ["apiVersion", "kind", "name"], path);
  const errors = missingMembers(reference, ["kind", "name"], path);
  const apiVersion = textAt(reference, "apiVersion") ?? "";
  if (apiVersion === "" || apiVersion.startsWith(`${group}/`)) return errors;
  const message = "both apiVersion and group are specified and they refer to different API groups";
  const details = "Only one of them must be specified";
  return [...errors, { message, paths: [`${path}.apiVersion`, `${path}.group`], details }];
}

/** The destination with `ref.namespace` filled in from the object that holds it. */
export function defaultDestination(destination: JsonObject, namespace: string): JsonObject {
  const ref = objectAt(destination, "ref");
  if (ref === undefined || namespace === "" || (textAt(ref, "namespace") ?? "") !== "") return destination;
  return withMember(destination, "ref", { ...ref, namespace });
}

/** The spec with these destinations of it, as far as they are there, filled in. */
export function withDefaultDestinations(spec: JsonObject, names: readonly string[], namespace: string): JsonObject {
  let defaulted = spec;
  for (const name of names) {
    const destination = objectAt(spec, name);
    if (destination === undefined) continue;
    defaulted = withMember(defaulted, name, defaultDestination(destination, namespace));
  }
  return defaulted;
}

/** Links across namespaces are switched off. */
export function namespaceNotSupported(path: string): FieldError {
  const details =
    "only name, apiVersion and kind are supported fields when feature.CrossNamespaceEventLinks is disabled";
  return { ...mustNotSet(path), details };
}

function atMost(characters: number, value: string | undefined, path: string): readonly FieldError[] {
  if (value === undefined || value.length <= characters) return [];
  return [invalidValue(`${value.slice(0, SHOWN)}…`, path, `expected at most ${characters} characters`)];
}

function isAbsolute(uri: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(uri);
}

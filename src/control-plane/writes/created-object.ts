/** The object that a create makes, by POST or by an apply that finds nothing. Pure; a refusal is thrown. */
import { fieldsOf } from "../managed-fields/fields-of.ts";
import { entriesToStartFrom, type Writer } from "../managed-fields/manager-entry.ts";
import { recordWrite } from "../managed-fields/record-write.ts";
import { admitCreate, checkRecordedSize } from "../resources/admission.ts";
import { type JsonObject, textAt } from "../resources/json.ts";
import { nameOf, withMetadata } from "../resources/metadata.ts";
import { applicableOf } from "./applied-configuration.ts";
import { type WriteRequest, writerOf } from "./write-request.ts";

export interface Identity {
  readonly uid: string;
  readonly creationTimestamp: string;
}

/** Random characters after a generateName. */
const GENERATED_CHARACTERS = 5;
/** What a generated name may have before them: names of some kinds have no more than 63 characters. */
const MAX_PREFIX = 63 - GENERATED_CHARACTERS;

/** From a decoded object that has its name. */
export function createdObject(
  request: WriteRequest,
  object: JsonObject,
  how: { readonly operation: Writer["operation"]; readonly identity: Identity },
): JsonObject {
  const write = {
    before: undefined,
    requested: object,
    after: admitCreate(request.scope.kind, object, how.identity),
    writer: writerOf(request, how.operation, object),
    applied: how.operation === "Apply" ? fieldsOf(applicableOf(object, "main")) : undefined,
  };
  return checkRecordedSize(recordWrite(write, entriesToStartFrom(object, {})));
}

/** The object itself when it has a name or asks for none. */
export function withGeneratedName(object: JsonObject, newUid: () => string): JsonObject {
  const prefix = textAt(object, "metadata", "generateName") ?? "";
  if (nameOf(object) !== "" || prefix === "") return object;
  const random = newUid().replaceAll("-", "").slice(0, GENERATED_CHARACTERS);
  return withMetadata(object, { name: prefix.slice(0, MAX_PREFIX) + random });
}

/** Whether entries that a client sends can be kept. */
import { isJsonObject, type Json, type JsonObject, listAt, textAt, valueAt } from "../resources/json.ts";
import type { StatusCause } from "../resources/refusal.ts";
import { isFieldsV1 } from "./fields-v1.ts";
import { isReset, MAX_MANAGER_LENGTH } from "./manager-entry.ts";

const MEMBERS = ["apiVersion", "fieldsType", "fieldsV1", "manager", "operation", "subresource", "time"];

/** What is wrong with entries that a client sends. */
export function checkEntries(object: JsonObject): readonly StatusCause[] {
  const sent = listAt(object, "metadata", "managedFields");
  return isReset(sent) ? [] : sent.flatMap((entry, index) => checkEntry(entry, `metadata.managedFields[${index}]`));
}

function checkEntry(entry: Json, path: string): readonly StatusCause[] {
  const causes: StatusCause[] = [];
  const refuse = (name: string, message: string) => {
    causes.push({ reason: "FieldValueInvalid", field: `${path}.${name}`, message });
  };
  const operation = textAt(entry, "operation") ?? "";
  if (operation !== "Apply" && operation !== "Update") {
    refuse("operation", `Invalid value: ${JSON.stringify(operation)}: must be \`Apply\` or \`Update\``);
  }
  const fieldsType = textAt(entry, "fieldsType") ?? "";
  if (fieldsType !== "FieldsV1") {
    refuse("fieldsType", `Invalid value: ${JSON.stringify(fieldsType)}: must be \`FieldsV1\``);
  }
  if ((textAt(entry, "manager") ?? "").length > MAX_MANAGER_LENGTH) {
    refuse("manager", `Too long: may not be more than ${MAX_MANAGER_LENGTH} bytes`);
  }
  if (!isFieldsV1(valueAt(entry, "fieldsV1") ?? {})) refuse("fieldsV1", "Invalid value: is no FieldsV1");
  for (const [name, value] of Object.entries(isJsonObject(entry) ? entry : {})) {
    if (name !== "fieldsV1" && typeof value !== "string") refuse(name, "Invalid value: must be of type string");
    if (!MEMBERS.includes(name)) refuse(name, "Invalid value: no such field");
  }
  return causes;
}

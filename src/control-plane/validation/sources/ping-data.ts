/** What a PingSource's event carries: text or bytes, not both; under `application/json` a JSON object, as Knative has it. */
import { bytesOfBase64 } from "../../../core/base64.ts";
import { isJsonObject, type JsonObject, parseJson, textAt } from "../../resources/json.ts";
import { isBase64 } from "../base64.ts";
import { expectedExactlyOneGotBoth, type FieldError, invalidValue } from "../field-error.ts";

export function validatePingData(spec: JsonObject | undefined): readonly FieldError[] {
  const data = textAt(spec, "data") ?? "";
  const dataBase64 = textAt(spec, "dataBase64") ?? "";
  const mustBeJson = textAt(spec, "contentType") === "application/json";
  if (data !== "" && dataBase64 !== "") return [expectedExactlyOneGotBoth("spec.data", "spec.dataBase64")];
  if (dataBase64 !== "") {
    const decoded = isBase64(dataBase64) ? bytesOfBase64(dataBase64) : undefined;
    if (decoded === undefined) return [invalidValue("illegal base64 data", "spec.dataBase64")];
    return mustBeJson ? validateJson(new TextDecoder().decode(decoded), "spec.dataBase64") : [];
  }
  return mustBeJson && data !== "" ? validateJson(data, "spec.data") : [];
}

function validateJson(text: string, path: string): readonly FieldError[] {
  const parsed = parseJson(text);
  if ("problem" in parsed) return [invalidValue(parsed.problem, path)];
  if (parsed.value === null || isJsonObject(parsed.value)) return [];
  return [invalidValue("contentType application/json takes a JSON object, not another value", path)];
}

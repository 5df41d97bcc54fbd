/** A kind's schema as plain JSON: schemas are written as OpenAPI already. */
import type { JsonObject } from "../resources/json.ts";
import type { Schema } from "../validation/schema.ts";

export function schemaJson(schema: Schema): JsonObject {
  const copy: JsonObject = JSON.parse(JSON.stringify(schema));
  return copy;
}

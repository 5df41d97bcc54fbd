/** Objects as the rows of a table with their kind's printer columns: what `kubectl get` shows. */
import type { PrinterColumn } from "../kind.ts";
import type { Json, JsonObject } from "../resources/json.ts";
import { ageText } from "./age-text.ts";
import { parseJsonPath } from "./json-path.ts";
import { partialMetadata, withoutManagedFields } from "./partial-metadata.ts";
import type { IncludeObject, MetaVersion } from "./representation.ts";

export interface TableOptions {
  readonly version: MetaVersion;
  readonly include: IncludeObject;
  readonly nowMs: number;
  /** Of the list, or of the one object that is shown. */
  readonly metadata: JsonObject;
  /** A watch says what its columns are in its first event only. */
  readonly withColumns: boolean;
}

export function tableOf(
  printerColumns: readonly PrinterColumn[],
  objects: readonly JsonObject[],
  options: TableOptions,
): JsonObject {
  const columns = withName(printerColumns);
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata: options.metadata,
    columnDefinitions: options.withColumns ? columns.map(columnDefinition) : [],
    rows: objects.map((object) => ({
      cells: columns.map((column) => cellOf(column, object, options.nowMs)),
      object: rowObject(object, options),
    })),
  };
}

const NAME: PrinterColumn = {
  name: "Name",
  type: "string",
  description: "Name of the object, unique among those of its kind in its namespace.",
  jsonPath: ".metadata.name",
};

function withName(columns: readonly PrinterColumn[]): readonly PrinterColumn[] {
  return columns.some(({ name }) => name === NAME.name) ? columns : [NAME, ...columns];
}

function columnDefinition(column: PrinterColumn): JsonObject {
  const { name, type, description = "", priority = 0 } = column;
  // What makes kubectl put the kind before the name when it shows several kinds.
  const format = name === NAME.name ? "name" : "";
  return { name, type, format, description, priority };
}

/** Null where there is nothing to show. */
function cellOf(column: PrinterColumn, object: JsonObject, nowMs: number): Json {
  if ("cell" in column) return column.cell(object, nowMs);
  const found = parseJsonPath(column.jsonPath)?.(object)[0];
  if (found === undefined || found === null) return null;
  switch (column.type) {
    case "string":
      return typeof found === "string" ? found : JSON.stringify(found);
    case "date":
      return ageText(typeof found === "string" ? found : "", nowMs);
    case "integer":
    case "number":
      return typeof found === "number" ? found : null;
    case "boolean":
      return typeof found === "boolean" ? found : null;
    default:
      return column.type satisfies never;
  }
}

function rowObject(object: JsonObject, options: TableOptions): Json {
  switch (options.include) {
    case "Object":
      return withoutManagedFields(object);
    case "Metadata":
      return partialMetadata(withoutManagedFields(object), options.version);
    case "None":
      return null;
    default:
      return options.include satisfies never;
  }
}

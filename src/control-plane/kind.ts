/**
 * What one kind of resource is: its names, schema, defaults, rules, columns and how it compiles. Everything that serves
 * resources is written against this interface, so a new kind is a file in `kinds/` and a line in `registry.ts`.
 */
import type { CompileContext, Compiled } from "./compile/compile-context.ts";
import type { Part } from "./compile/part.ts";
import type { ResourceName } from "./resource-names.ts";
import type { Json, JsonObject } from "./resources/json.ts";
import type { FieldError } from "./validation/field-error.ts";
import type { StructSchema } from "./validation/schema.ts";

export interface ResourceKind extends ResourceName {
  readonly kind: string;
  /** Served versions, the storage version first. */
  readonly versions: readonly [string, ...string[]];
  /** For a kind whose versions differ in more than their name; the others share schema and columns. */
  readonly shapes?: VersionShapes;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly nameRule: "subdomain" | "label";
  /** Has a status subresource and a generation, as custom resources do. */
  readonly hasStatus: boolean;
  /** Values rest encrypted. */
  readonly sealed?: boolean;
  readonly schema: StructSchema;
  /** What tables show after the name; a kind whose columns have a Name of their own says where it stands. */
  readonly printerColumns: readonly PrinterColumn[];
  /** Fields that field selectors may name besides `metadata.name` and `metadata.namespace`: `involvedObject.kind`. They never change. */
  readonly selectableFields?: readonly string[];
  /** Turns what can only be written into what is stored, before anybody's fields are looked at: `stringData` of a Secret. */
  normalize?(object: JsonObject): JsonObject;
  /** Fills in what Knative's webhook would; applied twice it changes nothing. */
  applyDefaults(object: JsonObject): JsonObject;
  /**
   * After the defaults, what only the router sets: as the stored object has it, or anew. A client that chose it itself is
   * refused by a throw.
   */
  complete?(object: JsonObject, old: JsonObject | undefined): JsonObject;
  /** Errors of a defaulted object; `old` is the stored object when this is an update. */
  validate(object: JsonObject, old: JsonObject | undefined): readonly FieldError[];
  /** Pure: the objects that this one is made of, for kinds that are. The reconciler writes them. */
  parts?(object: JsonObject): readonly Part[];
  /** Pure: status, channel and source of this object, for kinds that have any. */
  compile?(object: JsonObject, context: CompileContext): Compiled;
}

/** How the versions of one kind differ. Read `schemaIn` and `columnsIn` of `resources/versions.ts`, not this. */
export interface VersionShapes {
  /** By name of the version; one that is not here looks as the kind says. */
  readonly other: Readonly<Record<string, Pick<ResourceKind, "schema" | "printerColumns">>>;
  /** The object with the members that this version has. Pure; what only the other version can say is left out. */
  convert(object: JsonObject, version: string): JsonObject;
}

interface ColumnHead {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly description?: string;
  /** 1 shows the column only in wide output. */
  readonly priority?: number;
}

/** A column that a JSONPath says, as in a CustomResourceDefinition. */
export interface JsonPathColumn extends ColumnHead {
  readonly jsonPath: string;
}

/** A column of a built-in kind, where the cell has to be made. */
export interface ComputedColumn extends ColumnHead {
  readonly cell: (object: JsonObject, nowMs: number) => Json;
}

export type PrinterColumn = JsonPathColumn | ComputedColumn;

export const AGE: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

export const READY_AND_REASON: readonly PrinterColumn[] = [
  { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: "Reason", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
];

/** Where events are posted to. */
export const URL_COLUMN: PrinterColumn = { name: "URL", type: "string", jsonPath: ".status.address.url" };

/** Where a source sends its events. */
export const SINK: PrinterColumn = { name: "Sink", type: "string", jsonPath: ".status.sinkUri" };

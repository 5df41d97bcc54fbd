/**
 * What one kind of resource is: its names, schema, defaults, rules, columns and how it compiles. Everything that serves
 * resources is written against this interface, so a new kind is a file in `kinds/` and a line in `registry.ts`.
 */
import type { CompileContext, Compiled } from "./compile/compile-context.ts";
import type { JsonObject } from "./resources/json.ts";
import type { ResourceName } from "./resources/refusal.ts";
import type { FieldError } from "./validation/field-error.ts";
import type { StructSchema } from "./validation/schema.ts";

export interface ResourceKind extends ResourceName {
  readonly kind: string;
  /** Served versions, the storage version first; all share one schema. */
  readonly versions: readonly [string, ...string[]];
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
  readonly printerColumns: readonly PrinterColumn[];
  /** Fills in what Knative's webhook would; applied twice it changes nothing. */
  applyDefaults(object: JsonObject): JsonObject;
  /**
   * After the defaults, what only the router sets: as the stored object has it, or anew. A client that chose it itself is
   * refused by a throw.
   */
  complete?(object: JsonObject, old: JsonObject | undefined): JsonObject;
  /** Errors of a defaulted object; `old` is the stored object when this is an update. */
  validate(object: JsonObject, old: JsonObject | undefined): readonly FieldError[];
  /** Pure: status, channel and source of this object, for kinds that have any. */
  compile?(object: JsonObject, context: CompileContext): Compiled;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "date";
  readonly jsonPath: string;
  /** 1 shows the column only in wide output. */
  readonly priority?: number;
}

export const AGE: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

export const READY_AND_REASON: readonly PrinterColumn[] = [
  { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: "Reason", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
];

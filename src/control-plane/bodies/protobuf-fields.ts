/** What the fields of a protobuf message mean, as tables are written. */

export type FieldType =
  | { readonly kind: "text" }
  /** Where zero is a value. */
  | { readonly kind: "integer" }
  /** Where zero means that nothing was set: Go writes it all the same. */
  | { readonly kind: "positive" }
  | { readonly kind: "flag" }
  /** Seconds and nanoseconds; RFC 3339 in JSON. */
  | { readonly kind: "time" }
  /** A number or a name, with a sign which of both it is. */
  | { readonly kind: "int-or-string" }
  /** A message around the bytes of a JSON text. */
  | { readonly kind: "raw-json" }
  /** Names to values; bytes are base64 in JSON. */
  | { readonly kind: "map"; readonly values: "text" | "bytes" }
  | { readonly kind: "message"; readonly fields: Message };

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly repeated: boolean;
}

export type Message = ReadonlyMap<number, Field>;

export const text: FieldType = { kind: "text" };
export const integer: FieldType = { kind: "integer" };
export const positive: FieldType = { kind: "positive" };
export const flag: FieldType = { kind: "flag" };
export const time: FieldType = { kind: "time" };
export const textMap: FieldType = { kind: "map", values: "text" };
export const bytesMap: FieldType = { kind: "map", values: "bytes" };

type FieldRow = readonly [name: string, type: FieldType, repeated?: "repeated"];

/** A field that is a message. */
export function message(rows: Readonly<Record<number, FieldRow>>): FieldType {
  return { kind: "message", fields: fieldsOf(rows) };
}

/** By number. */
export function fieldsOf(rows: Readonly<Record<number, FieldRow>>): Message {
  const fields = Object.entries(rows).map(([number, [name, type, repeated]]): [number, Field] => [
    Number(number),
    { name, type, repeated: repeated !== undefined },
  ]);
  return new Map(fields);
}

/**
 * Kubernetes' protobuf as the object that the same request in JSON would hold. Reading only: answers are JSON.
 *
 *   body = "k8s\0" | Unknown { typeMeta { apiVersion, kind }, raw }          raw = the message of that kind
 *
 * Go writes text that is not set as empty text and times that are not set as empty messages: both are left out.
 */
import { base64Text } from "../../core/base64.ts";
import { type Json, type JsonObject, parseJson, textAt } from "../resources/json.ts";
import { timestamp } from "../resources/metadata.ts";
import type { FieldType, Message } from "./protobuf-fields.ts";
import { MESSAGES, UNKNOWN, UNKNOWN_RAW } from "./protobuf-messages.ts";
import { MalformedProtobuf, type WireField, wireFields } from "./protobuf-wire.ts";

/** "k8s\0", then a message of the kind `Unknown`. */
const MAGIC = [0x6b, 0x38, 0x73, 0];

export type ParsedProtobuf =
  | { readonly kind: "object"; readonly object: JsonObject }
  | { readonly kind: "malformed"; readonly problem: string }
  /** Well-formed, but no message of this kind is read. */
  | { readonly kind: "unsupported"; readonly problem: string };

export function parseProtobuf(body: Uint8Array): ParsedProtobuf {
  if (!MAGIC.every((byte, index) => body[index] === byte)) {
    return { kind: "malformed", problem: "the body does not begin as Kubernetes' protobuf does" };
  }
  try {
    return parseEnvelope(body.subarray(MAGIC.length));
  } catch (error) {
    if (error instanceof MalformedProtobuf) return { kind: "malformed", problem: error.message };
    throw error;
  }
}

function parseEnvelope(bytes: Uint8Array): ParsedProtobuf {
  const envelope = parseMessage(bytes, UNKNOWN);
  const kind = textAt(envelope, "typeMeta", "kind") ?? "";
  const apiVersion = textAt(envelope, "typeMeta", "apiVersion") ?? "";
  if ((textAt(envelope, "contentEncoding") ?? "") !== "") {
    return { kind: "unsupported", problem: "encoded messages are not read" };
  }
  const message = MESSAGES.get(kind);
  if (message === undefined) {
    const problem = `no message of kind ${JSON.stringify(kind)} is read as protobuf: send it as JSON`;
    return { kind: "unsupported", problem };
  }
  const raw = wireFields(bytes).findLast((field) => field.kind === "bytes" && field.number === UNKNOWN_RAW);
  const content = raw?.kind === "bytes" ? parseMessage(raw.bytes, message) : {};
  return { kind: "object", object: { apiVersion, kind, ...content } };
}

function parseMessage(bytes: Uint8Array, message: Message): JsonObject {
  const members = new Map<string, Json>();
  const lists = new Map<string, Json[]>();
  const maps = new Map<string, [string, Json][]>();
  for (const wire of wireFields(bytes)) {
    const field = message.get(wire.number);
    if (field === undefined) continue;
    if (field.type.kind === "map") appendTo(maps, field.name, mapEntry(bytesOf(wire), field.type.values));
    else {
      const value = fieldValue(wire, field.type);
      if (field.repeated) appendTo(lists, field.name, value);
      else if (value !== "" && value !== null) members.set(field.name, value);
    }
  }
  const objects = [...maps].map(([name, entries]): [string, Json] => [name, Object.fromEntries(entries)]);
  return Object.fromEntries([...members, ...lists, ...objects]);
}

function fieldValue(wire: WireField, type: Exclude<FieldType, { readonly kind: "map" }>): Json {
  switch (type.kind) {
    case "text":
      return utf8(bytesOf(wire));
    case "integer":
      return integerOf(wire);
    case "positive":
      return integerOf(wire) || null;
    case "int-or-string":
      return intOrString(bytesOf(wire));
    case "flag":
      return integerOf(wire) !== 0;
    case "time":
      return timeOf(bytesOf(wire));
    case "raw-json":
      return rawJson(bytesOf(wire));
    case "message":
      return parseMessage(bytesOf(wire), type.fields);
    default:
      return type satisfies never;
  }
}

/** A map on the wire is a list of messages with a key and a value; either may be left out when it is empty. */
function mapEntry(bytes: Uint8Array, values: "text" | "bytes"): [string, Json] {
  let key = "";
  let value = "";
  for (const wire of wireFields(bytes)) {
    if (wire.number === 1) key = utf8(bytesOf(wire));
    if (wire.number === 2) value = values === "text" ? utf8(bytesOf(wire)) : base64Text(bytesOf(wire));
  }
  return [key, value];
}

/** Null when it is neither. */
function intOrString(bytes: Uint8Array): Json {
  const fields = wireFields(bytes);
  const number = fields.find((field) => field.kind === "varint" && field.number === 2);
  const name = fields.find((field) => field.kind === "bytes" && field.number === 3);
  const isName = fields.some((field) => field.kind === "varint" && field.number === 1 && field.value === 1n);
  if (isName) return name === undefined ? null : utf8(bytesOf(name)) || null;
  return number === undefined ? null : integerOf(number) || null;
}

/** Null when it is not set. Fractions of a second are dropped, as in every time of the API. */
function timeOf(bytes: Uint8Array): string | null {
  const seconds = wireFields(bytes).find((field) => field.number === 1);
  if (seconds === undefined) return null;
  const milliseconds = integerOf(seconds) * 1000;
  if (Number.isNaN(new Date(milliseconds).getTime())) throw new MalformedProtobuf("a time is out of range");
  return timestamp(milliseconds);
}

function rawJson(bytes: Uint8Array): Json {
  const raw = wireFields(bytes).find((field) => field.number === 1);
  const parsed = raw === undefined ? { value: null } : parseJson(utf8(bytesOf(raw)));
  if ("problem" in parsed) throw new MalformedProtobuf(`a JSON text in it: ${parsed.problem}`);
  return parsed.value;
}

function integerOf(wire: WireField): number {
  if (wire.kind !== "varint") throw new MalformedProtobuf(`field ${wire.number} is no number`);
  const value = Number(BigInt.asIntN(64, wire.value));
  if (!Number.isSafeInteger(value)) throw new MalformedProtobuf(`the number in field ${wire.number} is too large`);
  return value;
}

function bytesOf(wire: WireField): Uint8Array {
  if (wire.kind !== "bytes") throw new MalformedProtobuf(`field ${wire.number} is a number`);
  return wire.bytes;
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new MalformedProtobuf("text in it is not UTF-8");
  }
}

function appendTo<T>(lists: Map<string, T[]>, name: string, value: T): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [value]);
  else list.push(value);
}

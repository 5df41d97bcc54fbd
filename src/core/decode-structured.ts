/** One event in the CloudEvents JSON format; the bytes of `data` are kept as they were written. */
import { attributeFault, isEmptyOptional, nameFault, shown } from "./attribute-rules.ts";
import { decodeBase64 } from "./base64.ts";
import type { DecodedEvent } from "./decode-message.ts";
import { type Attributes, type AttributeValue, attributeOf } from "./event.ts";
import { MAX_JSON_DEPTH } from "./json-grammar.ts";
import { type JsonMember, jsonStringText, MAX_PARTS, objectMembers } from "./json-members.ts";
import { isJson } from "./media-type.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const EMPTY = new Uint8Array(0);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** First byte of `null`. */
const LETTER_N = 0x6e;

interface Fault {
  readonly fault: string;
}

/** The event, or a sentence that says what is wrong with it. */
export function decodeStructured(text: Uint8Array): DecodedEvent | string {
  const members = objectMembers(text);
  if (members === undefined) {
    return `the event must be one valid JSON object in UTF-8, at most ${MAX_JSON_DEPTH} levels deep and with at most ${MAX_PARTS} members`;
  }
  // Names are [a-z0-9]+ before they are set, so a plain object is safe: `__proto__` cannot be one of them.
  const attributes: Record<string, AttributeValue> = {};
  const payload = new Map<string, JsonMember>();
  const seen = new Set<string>();
  for (const member of members) {
    const name = isPayload(member.name) ? member.name : member.name.toLowerCase();
    if (seen.has(name)) return `${shown(name)} appears twice`;
    seen.add(name);
    if (isPayload(name) && name === member.name) {
      payload.set(name, member);
      continue;
    }
    const value = attributeValue(text, name, member);
    if (isFault(value)) return value.fault;
    if (value !== null) attributes[name] = value;
  }
  const data = payloadData(text, attributes, payload);
  if (isFault(data)) return data.fault;
  // The JSON format's default; said aloud, because in binary mode a missing content type means something else.
  if (payload.has("data") && attributes.datacontenttype === undefined && !isBase64(text, payload)) {
    attributes.datacontenttype = "application/json";
  }
  return attributeFault(attributes) ?? { attributes, data };
}

/**
 * Whether an event with these attributes carries JSON as it is in `data`. In 0.3 `datacontentencoding` says that the
 * text is base64 of something else, and the text is what travels.
 */
export function embedsJson(attributes: Attributes): boolean {
  const contentType = attributeOf(attributes, "datacontenttype");
  if (attributeOf(attributes, "datacontentencoding") === "base64") return false;
  return typeof contentType !== "string" || isJson(contentType);
}

function isPayload(name: string): boolean {
  return name === "data" || name === "data_base64";
}

/** Null is an absent attribute. */
function attributeValue(text: Uint8Array, name: string, member: JsonMember): AttributeValue | null | Fault {
  const fault = nameFault(member.name);
  if (fault !== undefined) return { fault };
  if (text[member.start] === QUOTE) {
    const value = jsonStringText(text, member.start, member.end);
    // A Content-Type header, which this may become, cannot carry white space around its value.
    const usable = name === "datacontenttype" ? value.trim() : value;
    return isEmptyOptional(name, usable) ? null : usable;
  }
  const raw = decoder.decode(text.subarray(member.start, member.end));
  if (raw === "null") return null;
  if (raw === "true" || raw === "false") return raw === "true";
  if (raw.startsWith("{") || raw.startsWith("[")) return { fault: `${name} must be a string, a number or a boolean` };
  const number = Number(raw);
  if (String(number) !== raw) return { fault: `${name} is a number that would be rounded or rewritten: send a string` };
  return number;
}

/** `data_base64` wins, as in Knative, when both are there. */
function payloadData(
  text: Uint8Array,
  attributes: Attributes,
  payload: ReadonlyMap<string, JsonMember>,
): Uint8Array | Fault {
  const base64 = payload.get("data_base64");
  if (base64 !== undefined && isBase64(text, payload)) {
    const encoded = text[base64.start] === QUOTE ? stringBytes(text, base64) : undefined;
    const decoded = encoded === undefined ? undefined : decodeBase64(encoded);
    return decoded ?? { fault: "data_base64 must be a string of base64 with its padding" };
  }
  const data = payload.get("data");
  if (data === undefined) return EMPTY;
  if (embedsJson(attributes) || text[data.start] !== QUOTE) return text.subarray(data.start, data.end);
  return stringBytes(text, data) ?? { fault: "data contains a lone surrogate, which no UTF-8 text can" };
}

/** Whether a `data_base64` is there that is not null. */
function isBase64(text: Uint8Array, payload: ReadonlyMap<string, JsonMember>): boolean {
  const member = payload.get("data_base64");
  return member !== undefined && text[member.start] !== LETTER_N;
}

/** A string's text as UTF-8, without a copy where nothing in it is escaped; undefined if it is no Unicode text. */
function stringBytes(text: Uint8Array, member: JsonMember): Uint8Array | undefined {
  const inner = text.subarray(member.start + 1, member.end - 1);
  if (!inner.includes(BACKSLASH)) return inner;
  const unescaped = jsonStringText(text, member.start, member.end);
  return unescaped.isWellFormed() ? encoder.encode(unescaped) : undefined;
}

function isFault(value: AttributeValue | Uint8Array | null | Fault): value is Fault {
  return typeof value === "object" && value !== null && "fault" in value;
}

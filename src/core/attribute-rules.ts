/**
 * What makes a set of context attributes valid (CloudEvents 1.0.2 §3; 0.3 is accepted as it is).
 * Every message says what to change, because it becomes the body of a 400.
 */
import { type Attributes, attributeOf } from "./event.ts";

const NAME = /^[a-z0-9]+$/i;
const PLAIN_TEXT = /^[\x20-\x7e]*$/;
/** Control characters, lone surrogates and noncharacters: excluded by the CloudEvents type `String`. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;
/** Other text could not travel in a Content-Type header; a tab is white space there. */
const HEADER_TEXT = /^[\t\x20-\x7e]+$/;
const REQUIRED = ["specversion", "id", "source", "type"];
const ALWAYS_STRINGS = ["subject", "time", "dataschema", "datacontenttype", "schemaurl", "datacontentencoding"];
const SPECVERSIONS = ["1.0", "0.3"];
/**
 * Names and values of one event together, bytes: as much as the HTTP layer takes in headers. An event's
 * attributes travel, and are stored, in one piece; only data is cut into parts.
 */
const MAX_ATTRIBUTES_BYTES = 131_072;
/** Of UTF-8, for each UTF-16 code unit. */
const MOST_BYTES_OF_CHARACTER = 3;

/** Why no event may have these attributes, or undefined if one may. */
export function attributeFault(attributes: Attributes): string | undefined {
  return lengthFault(attributes) ?? stringFault(attributes) ?? requiredFault(attributes) ?? formatFault(attributes);
}

/** Checks a name as it was sent; upper case is allowed and becomes lower. `data` is the payload's name in JSON. */
export function nameFault(name: string): string | undefined {
  if (!NAME.test(name)) return `${shown(name)} is no attribute name: use only a-z and 0-9`;
  if (name.toLowerCase() === "data") return 'an attribute cannot be named "data": that is the payload';
  return undefined;
}

/** A name as error messages quote it: bounded, and safe to print. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}...` : name);
}

/** An empty optional attribute says nothing, and would not be valid to send on. */
export function isEmptyOptional(name: string, value: string): boolean {
  return value === "" && (name === "subject" || name === "datacontenttype");
}

function lengthFault(attributes: Attributes): string | undefined {
  let length = 0;
  for (const name of Object.keys(attributes)) length += name.length + String(attributes[name]).length;
  if (length * MOST_BYTES_OF_CHARACTER <= MAX_ATTRIBUTES_BYTES || bytesOf(attributes) <= MAX_ATTRIBUTES_BYTES)
    return undefined;
  return `the attributes have more than ${MAX_ATTRIBUTES_BYTES} bytes together: send less, or send it as data`;
}

function bytesOf(attributes: Attributes): number {
  return Object.keys(attributes).reduce(
    (sum, name) => sum + utf8Length(name) + utf8Length(String(attributes[name])),
    0,
  );
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

function stringFault(attributes: Attributes): string | undefined {
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (typeof value !== "string" || PLAIN_TEXT.test(value) || name === "datacontenttype") continue;
    if (FORBIDDEN.test(value)) return `${name} contains a control character or invalid Unicode: remove it`;
  }
  return undefined;
}

function requiredFault(attributes: Attributes): string | undefined {
  for (const name of REQUIRED) {
    const value = attributeOf(attributes, name);
    if (value === undefined) return `${name} is missing: every event needs ${REQUIRED.join(", ")}`;
    if (typeof value !== "string") return `${name} must be a string`;
    if (value === "") return `${name} must not be empty`;
  }
  for (const name of ALWAYS_STRINGS) {
    const value = attributeOf(attributes, name);
    if (value !== undefined && typeof value !== "string") return `${name} must be a string`;
  }
  return undefined;
}

function formatFault(attributes: Attributes): string | undefined {
  if (!SPECVERSIONS.includes(text(attributes, "specversion") ?? "")) return "specversion must be 1.0 or 0.3";
  if (!isUriReference(text(attributes, "source") ?? "")) return "source must be a URI-reference";
  const time = text(attributes, "time");
  if (time !== undefined && !isTimestamp(time)) return "time must be an RFC 3339 time, such as 2026-01-31T12:00:00Z";
  const schema = text(attributes, "dataschema");
  if (schema !== undefined && !isAbsoluteUri(schema)) return "dataschema must be an absolute URI";
  const contentType = text(attributes, "datacontenttype");
  if (contentType !== undefined && !HEADER_TEXT.test(contentType)) return "datacontenttype must be printable ASCII";
  return undefined;
}

function text(attributes: Attributes, name: string): string | undefined {
  const value = attributeOf(attributes, name);
  return typeof value === "string" ? value : undefined;
}

const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;
/** A first segment with a colon that is no scheme. */
const COLON_IN_FIRST_SEGMENT = /^[^/?#]*:/;

/**
 * Refuses what every URI parser refuses: broken percent escapes, a colon that ends no scheme. Spaces and non-ASCII
 * characters pass, as in Knative: producers write sources for people.
 */
function isUriReference(value: string): boolean {
  return !BROKEN_ESCAPE.test(value) && (SCHEME.test(value) || !COLON_IN_FIRST_SEGMENT.test(value));
}

function isAbsoluteUri(value: string): boolean {
  return !BROKEN_ESCAPE.test(value) && SCHEME.test(value);
}

const TIMESTAMP =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** RFC 3339 `date-time`; leap seconds are allowed wherever a 60th second is written. */
function isTimestamp(value: string): boolean {
  const match = TIMESTAMP.exec(value);
  if (match === null) return false;
  // Day 0 of the next month is the last day of this one; setUTCFullYear, because Date.UTC turns year 99 into 1999.
  const lastDay = new Date(0);
  lastDay.setUTCFullYear(Number(match[1]), Number(match[2]), 0);
  return Number(match[3]) <= lastDay.getUTCDate();
}

/**
 * An event as an HTTP message, binary or in the JSON format. Lossless: decodeMessage gives the same attributes (in
 * binary mode their string forms) and the same bytes back. The one thing JSON cannot keep is white space around a
 * JSON text, which is no part of the value.
 */
import { encodeBase64 } from "./base64.ts";
import { isCloudEventsType } from "./decode-message.ts";
import { embedsJson } from "./decode-structured.ts";
import { type Attributes, attributeOf, attributeText, type Header } from "./event.ts";
import { concatBytes } from "./event-codec.ts";
import { encodeHeaderValue } from "./header-value.ts";
import { isJsonText } from "./json-members.ts";
import { isText, isUtf8 } from "./media-type.ts";

export interface OutgoingMessage {
  /** `content-type` and, in binary mode, `ce-` headers; not the headers that are passed through. */
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const CLOSE = encoder.encode("}");
const CLOSE_STRING = encoder.encode('"}');

export function encodeMessage(attributes: Attributes, data: Uint8Array, format: "binary" | "json"): OutgoingMessage {
  const contentType = contentTypeOf(attributes);
  // Data that is itself a CloudEvent in JSON: with its content type on a binary message the receiver would take it
  // for the event.
  const ambiguous = contentType !== undefined && isCloudEventsType(contentType);
  if (format === "binary" && !ambiguous) return { headers: binaryHeaders(attributes), body: data };
  return { headers: [["content-type", "application/cloudevents+json"]], body: encodeJson(attributes, data) };
}

/**
 * Headers of a binary message whose data is streamed. Data whose content type passes isCloudEventsType cannot go so:
 * the receiver would take it for the event itself.
 */
export function binaryHeaders(attributes: Attributes): readonly Header[] {
  const headers: Header[] = [];
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value === undefined) continue;
    if (name === "datacontenttype") headers.push(["content-type", attributeText(value)]);
    else headers.push([`ce-${name}`, encodeHeaderValue(attributeText(value))]);
  }
  return headers;
}

function encodeJson(attributes: Attributes, data: Uint8Array): Uint8Array {
  const head = JSON.stringify(attributes).slice(0, -1);
  if (data.length === 0) return encoder.encode(`${head}}`);
  const contentType = contentTypeOf(attributes);
  // Without a content type `data` would be given application/json on arrival.
  if (contentType !== undefined && embedsJson(attributes) && isJsonText(data)) {
    return concatBytes([encoder.encode(`${head},"data":`), data, CLOSE]);
  }
  const text = contentType !== undefined && isReadable(attributes, contentType) ? textOf(data) : undefined;
  if (text !== undefined) return encoder.encode(`${head},"data":${JSON.stringify(text)}}`);
  return concatBytes([encoder.encode(`${head},"data_base64":"`), encodeBase64(data), CLOSE_STRING]);
}

/** Whether data of this type may be a JSON string: where JSON is expected, a string would be taken for JSON itself. */
function isReadable(attributes: Attributes, contentType: string): boolean {
  return !embedsJson(attributes) && isUtf8(contentType) && (isText(contentType) || isBase64Text(attributes));
}

/** CloudEvents 0.3 carries binary data so, and has no `data_base64`. */
function isBase64Text(attributes: Attributes): boolean {
  return attributeOf(attributes, "datacontentencoding") === "base64";
}

function textOf(data: Uint8Array): string | undefined {
  try {
    return decoder.decode(data);
  } catch {
    return undefined;
  }
}

function contentTypeOf(attributes: Attributes): string | undefined {
  const value = attributeOf(attributes, "datacontenttype");
  return value === undefined ? undefined : attributeText(value);
}

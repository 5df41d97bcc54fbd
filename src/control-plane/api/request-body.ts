/** Reads a request's body, bounded: JSON, YAML or Kubernetes' protobuf, as its media type says. Refusals are thrown. */
import { concatBytes } from "../../core/event-codec.ts";
import { mediaType } from "../../core/media-type.ts";
import { duplicateFieldsIn } from "../bodies/duplicate-fields.ts";
import { inexactNumberIn } from "../bodies/exact-numbers.ts";
import { parseProtobuf } from "../bodies/parse-protobuf.ts";
import { parseYaml } from "../bodies/parse-yaml.ts";
import { isJsonObject, type Json, type JsonObject, parseJson } from "../resources/json.ts";
import { badRequest, tooLarge, unsupportedMediaType } from "../resources/refusal.ts";

/** A body may be larger than the object it becomes (comments of no use, fields that are pruned), but not much. */
const MAX_BODY_BYTES = 1024 * 1024;

const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** What whole objects may be written in. */
export const OBJECT_TYPES = ["application/json", "application/yaml", PROTOBUF];

export interface RequestBody {
  readonly mediaType: string;
  readonly value: Json;
  /** Paths of fields that the text names twice; the last value counts. */
  readonly duplicateFields: readonly string[];
}

export interface ObjectBody extends RequestBody {
  readonly value: JsonObject;
}

/** A body whose media type must be one of these. */
export async function readBody(request: Request, mediaTypes: readonly string[]): Promise<RequestBody> {
  const type = mediaTypeOf(request);
  if (!mediaTypes.includes(type)) {
    const sent = type === "" ? "a body without Content-Type" : type;
    throw unsupportedMediaType(`${sent} is not supported here: accepted media types include: ${mediaTypes.join(", ")}`);
  }
  return { mediaType: type, ...parseBody(type, await readBytes(request)) };
}

export async function readObject(request: Request, mediaTypes: readonly string[]): Promise<ObjectBody> {
  const body = await readBody(request, mediaTypes);
  return { ...body, value: checkedObject(body.value) };
}

/** The body of a DELETE or of a verb without required fields: may be empty, and is JSON if it does not say otherwise. */
export async function readOptionalJsonObject(request: Request): Promise<JsonObject> {
  const bytes = await readBytes(request);
  const type = mediaTypeOf(request);
  if (type === PROTOBUF && bytes.length > 0) return checkedObject(parseBody(type, bytes).value);
  if (utf8(bytes).trim() === "") return {};
  return checkedObject(parseBody(type, bytes).value);
}

/** Of the body; empty where it is not said. */
export function mediaTypeOf(request: Request): string {
  return mediaType(request.headers.get("content-type") ?? "");
}

type Parsed = Omit<RequestBody, "mediaType">;

function parseBody(type: string, bytes: Uint8Array): Parsed {
  const parsed = type === PROTOBUF ? protobufObject(bytes) : parseText(type, utf8(bytes));
  const inexact = inexactNumberIn(parsed.value);
  if (inexact !== undefined) throw badRequest(`a whole number near ${inexact} is too large to be kept exactly`);
  return parsed;
}

function protobufObject(bytes: Uint8Array): Parsed {
  const parsed = parseProtobuf(bytes);
  switch (parsed.kind) {
    case "object":
      return { value: parsed.object, duplicateFields: [] };
    case "malformed":
      throw badRequest(`the object provided is unrecognized: protobuf: ${parsed.problem}`);
    case "unsupported":
      throw unsupportedMediaType(parsed.problem);
    default:
      return parsed satisfies never;
  }
}

/** Apply patches are called YAML, but kubectl sends them as JSON, which is read faster. */
function parseText(type: string, text: string): Parsed {
  const isYaml = type.endsWith("/yaml") || type.endsWith("+yaml");
  const json = parseJson(text);
  if ("value" in json) return { value: json.value, duplicateFields: duplicateFieldsIn(text) };
  if (!isYaml) throw badRequest(`the object provided is unrecognized: json parse error: ${json.problem}`);
  const yaml = parseYaml(text);
  // A key that is there twice is refused by the parser.
  if ("value" in yaml) return { value: yaml.value, duplicateFields: [] };
  throw badRequest(`the object provided is unrecognized: yaml: ${yaml.problem}`);
}

function checkedObject(value: Json): JsonObject {
  if (!isJsonObject(value)) throw badRequest("the object provided is unrecognized: it is no object");
  return value;
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") throw unsupportedMediaType(`send the body without Content-Encoding, not ${encoding}`);
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  for (;;) {
    // A stream fails in many ways, and all mean the same: the client did not send what it announced.
    const { done, value } = await reader.read().catch(() => {
      throw badRequest("the body ended before it was complete");
    });
    if (done) break;
    chunks.push(value);
    length += value.byteLength;
    if (length > MAX_BODY_BYTES) {
      await reader.cancel();
      throw tooLarge(`the request body is larger than ${MAX_BODY_BYTES} bytes`);
    }
  }
  return concatBytes(chunks);
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw badRequest("the object provided is unrecognized: the body is not UTF-8");
  }
}

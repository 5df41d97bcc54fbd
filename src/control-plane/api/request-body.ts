/** Reads a request's JSON body, bounded. Refusals are thrown. */
import { isJsonObject, type JsonObject, parseJson } from "../resources/json.ts";
import { badRequest, tooLarge, unsupportedMediaType } from "../resources/refusal.ts";

/** A body may be larger than the object it becomes (comments of no use, fields that are pruned), but not much. */
const MAX_BODY_BYTES = 1024 * 1024;

export async function readJsonObject(request: Request, mediaTypes: readonly string[]): Promise<JsonObject> {
  const mediaType = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (!mediaTypes.includes(mediaType)) {
    const sent = mediaType === "" ? "a body without Content-Type" : mediaType;
    throw unsupportedMediaType(`${sent} is not supported here: accepted media types include: ${mediaTypes.join(", ")}`);
  }
  return parseObject(await readText(request));
}

/** The body of a DELETE or of a verb without required fields: may be empty, whatever its media type. */
export async function readOptionalJsonObject(request: Request): Promise<JsonObject> {
  const text = await readText(request);
  return text.trim() === "" ? {} : parseObject(text);
}

function parseObject(text: string): JsonObject {
  const parsed = parseJson(text);
  if ("problem" in parsed) throw badRequest(`the object provided is unrecognized: json parse error: ${parsed.problem}`);
  if (!isJsonObject(parsed.value)) throw badRequest("the object provided is unrecognized: it is no JSON object");
  return parsed.value;
}

async function readText(request: Request): Promise<string> {
  if (request.body === null) return "";
  const reader = request.body.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      await reader.cancel();
      throw tooLarge(`the request body is larger than ${MAX_BODY_BYTES} bytes`);
    }
    text += decodeUtf8(decoder, value);
  }
  return text + decodeUtf8(decoder, undefined);
}

function decodeUtf8(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array | undefined): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch {
    throw badRequest("the object provided is unrecognized: the body is not UTF-8");
  }
}

/** Documents that seldom change: a client that has one already is told so. */
import { hashText } from "../../core/hash.ts";
import type { JsonObject } from "../resources/json.ts";

export function cachedJson(
  request: Request,
  document: JsonObject,
  headers: Readonly<Record<string, string>>,
): Response {
  const body = JSON.stringify(document);
  return cachedText(request, { body, hash: hashText(body) }, headers);
}

/** `hash` differs when the text does. */
export function cachedText(
  request: Request,
  text: { readonly body: string; readonly hash: string },
  headers: Readonly<Record<string, string>>,
): Response {
  const etag = `"${text.hash}"`;
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((each) => each.trim().replace(/^W\//, ""));
  if (known.includes(etag)) return new Response(null, { status: 304, headers: { ...headers, ETag: etag } });
  return new Response(text.body, { headers: { "Content-Type": "application/json", ...headers, ETag: etag } });
}

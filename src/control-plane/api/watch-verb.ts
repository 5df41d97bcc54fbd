/** A list request with `watch`: an answer that goes on. */
import { chooseRepresentation } from "../presentation/representation.ts";
import type { Scope } from "../resources/scope.ts";
import { watchFormat } from "../watch/watch-format.ts";
import { watchOptions } from "../watch/watch-options.ts";
import type { ReadPorts } from "./read-verbs.ts";

/** Compression would hold events back, and so would a proxy that collects or transforms. */
const HEADERS = {
  "Content-Type": "application/json",
  "Content-Encoding": "identity",
  "Cache-Control": "no-cache, no-transform",
};

export function answerWatch(request: Request, scope: Scope, { resources, now }: ReadPorts): Response {
  const query = new URL(request.url).searchParams;
  const options = watchOptions(query, scope.kind);
  const format = watchFormat(scope, chooseRepresentation(request.headers.get("accept"), query), now);
  return watchResponse(resources.watch(scope, options, format));
}

export function watchResponse(lines: ReadableStream<Uint8Array>): Response {
  return new Response(lines, { headers: HEADERS });
}

/** A list request with `watch`: an answer that goes on. */
import type { Resources, Scope } from "../resources/resources.ts";
import { plainFormat } from "../watch/watch-format.ts";
import { watchOptions } from "../watch/watch-options.ts";

/** Compression would hold events back, and so would a proxy that collects or transforms. */
const HEADERS = {
  "Content-Type": "application/json",
  "Content-Encoding": "identity",
  "Cache-Control": "no-cache, no-transform",
};

export function answerWatch(request: Request, scope: Scope, resources: Resources): Response {
  const options = watchOptions(new URL(request.url).searchParams);
  return new Response(resources.watch(scope, options, plainFormat(scope)), { headers: HEADERS });
}

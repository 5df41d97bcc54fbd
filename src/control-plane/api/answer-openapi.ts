/** `/openapi/v3` with the documents below it, and `/openapi/v2`. */
import type { OpenApiDocuments } from "../openapi/openapi-documents.ts";
import { accepts, parseAccept } from "../presentation/accept.ts";
import { notAcceptable, unknownPath } from "../resources/refusal.ts";
import { cachedJson, cachedText } from "./cached-json.ts";
import { refuseWrites } from "./refuse-writes.ts";

export type OpenApiPath =
  | { readonly kind: "version-2" }
  | { readonly kind: "index" }
  | { readonly kind: "group-version"; readonly group: string; readonly version: string };

export function answerOpenApi(request: Request, path: OpenApiPath, documents: OpenApiDocuments): Response {
  refuseWrites(request);
  switch (path.kind) {
    case "version-2":
      return answerVersion2(request, documents);
    case "index":
      return cachedJson(request, documents.index(), { "Cache-Control": "no-cache" });
    case "group-version":
      return answerGroupVersion(request, path, documents);
    default:
      return path satisfies never;
  }
}

const JSON_TYPE = "application/json";
const PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
/** As Kubernetes names it in answers. */
const PROTOBUF_ANSWER = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
/** The smallest document: its field 1, `swagger`, is "2.0". kubectl needs one to be there and finds the rest in version 3. */
const SMALLEST_DOCUMENT = Uint8Array.of(0x0a, 3, 0x32, 0x2e, 0x30);

function answerVersion2(request: Request, documents: OpenApiDocuments): Response {
  for (const accepted of parseAccept(request.headers.get("accept"))) {
    if (accepted.type === PROTOBUF) {
      return new Response(SMALLEST_DOCUMENT, { headers: { "Content-Type": PROTOBUF_ANSWER, Vary: "Accept" } });
    }
    if (accepts(accepted, JSON_TYPE)) return cachedJson(request, documents.version2(), { Vary: "Accept" });
  }
  throw notAcceptable([JSON_TYPE, PROTOBUF]);
}

const FOREVER = "public, max-age=31536000, immutable";

/** An address with the document's own hash stands for this text alone, so it may be kept for ever. */
function answerGroupVersion(
  request: Request,
  path: { readonly group: string; readonly version: string },
  documents: OpenApiDocuments,
): Response {
  const document = documents.of(path.group, path.version);
  if (document === undefined) throw unknownPath();
  const isExact = new URL(request.url).searchParams.get("hash") === document.hash;
  return cachedText(request, document, { "Cache-Control": isExact ? FOREVER : "no-cache" });
}

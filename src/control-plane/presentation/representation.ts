/** In which form a client wants to read objects: as they are, as rows of a table, or their metadata alone. */
import { badRequest, notAcceptable } from "../resources/refusal.ts";
import { type AcceptedType, accepts, parseAccept } from "./accept.ts";

export type Representation =
  | { readonly kind: "object" }
  | { readonly kind: "table"; readonly version: MetaVersion; readonly include: IncludeObject }
  | { readonly kind: "metadata"; readonly version: MetaVersion };

/** Both are the same but for their name. */
export type MetaVersion = "v1" | "v1beta1";

/** What of each object goes with its row. */
export type IncludeObject = "Object" | "Metadata" | "None";

const JSON_TYPE = "application/json";
const INCLUDES: readonly IncludeObject[] = ["Object", "Metadata", "None"];

/** The first form of the header that there is. Refuses a header that has none. */
export function chooseRepresentation(accept: string | null, query: URLSearchParams): Representation {
  for (const accepted of parseAccept(accept)) {
    const representation = accepts(accepted, JSON_TYPE) ? representationOf(accepted, query) : undefined;
    if (representation !== undefined) return representation;
  }
  throw notAcceptable([JSON_TYPE, `${JSON_TYPE};as=Table;g=meta.k8s.io;v=v1`]);
}

function representationOf({ parameters }: AcceptedType, query: URLSearchParams): Representation | undefined {
  const as = parameters.get("as") ?? "";
  if (as === "") return { kind: "object" };
  const version = parameters.get("v");
  if (parameters.get("g") !== "meta.k8s.io" || (version !== "v1" && version !== "v1beta1")) return undefined;
  if (as === "Table") return { kind: "table", version, include: includeObject(query) };
  return as === "PartialObjectMetadata" || as === "PartialObjectMetadataList"
    ? { kind: "metadata", version }
    : undefined;
}

function includeObject(query: URLSearchParams): IncludeObject {
  const sent = query.get("includeObject") ?? "Metadata";
  const include = INCLUDES.find((each) => each === sent);
  if (include === undefined)
    throw badRequest(`includeObject must be one of ${INCLUDES.join(", ")}, not ${JSON.stringify(sent)}`);
  return include;
}

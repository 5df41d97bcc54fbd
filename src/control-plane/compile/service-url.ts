/** Where a core Service leads. There is no cluster network here: only a Service that names a host outside has an address. */
import { type JsonObject, listAt, numberAt, textAt } from "../resources/json.ts";
import { nameOf, namespaceOf } from "../resources/metadata.ts";
import type { Resolution } from "./resolve-destination.ts";

const HTTP_PORT = 80;

export function resolveService(service: JsonObject): Resolution {
  const type = textAt(service, "spec", "type") ?? "";
  const host = textAt(service, "spec", "externalName") ?? "";
  if (type !== "ExternalName" || host === "") {
    const shown = `Service ${namespaceOf(service)}/${nameOf(service)} of type ${type}`;
    const why = `${shown} has no address: there is no cluster network here. Use type ExternalName, or a uri.`;
    return { kind: "unresolved", message: why };
  }
  const port = numberAt(listAt(service, "spec", "ports")[0], "port") ?? HTTP_PORT;
  const url = `http://${host}${port === HTTP_PORT ? "" : `:${port}`}/`;
  return { kind: "resolved", target: { kind: "url", url } };
}

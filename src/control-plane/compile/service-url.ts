/**
 * Where a core Service leads. There is no cluster network here: only a Service that names a host outside has an address, or one
 * that names a Worker which is bound to the router.
 */
import { type JsonObject, listAt, numberAt, textAt } from "../resources/json.ts";
import { nameOf, namespaceOf } from "../resources/metadata.ts";
import { bindingOf } from "../validation/annotations.ts";
import type { CompileContext } from "./compile-context.ts";
import type { Resolution } from "./resolve-destination.ts";

const HTTP_PORT = 80;

export function resolveService(service: JsonObject, context: Pick<CompileContext, "hasBinding">): Resolution {
  const binding = bindingOf(service);
  if (binding !== undefined) return throughBinding(service, binding, context);
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

/** The URL that a cluster would give it: the Worker sees it, and so does whoever reads of failures. */
function throughBinding(service: JsonObject, binding: string, context: Pick<CompileContext, "hasBinding">): Resolution {
  const [namespace, name] = [namespaceOf(service), nameOf(service)];
  if (!context.hasBinding(binding)) {
    const why = `Service ${namespace}/${name} names the service binding ${binding}, which wrangler.toml does not declare`;
    return { kind: "unresolved", message: why };
  }
  return { kind: "resolved", target: { kind: "url", url: `http://${name}.${namespace}.svc.cluster.local/`, binding } };
}

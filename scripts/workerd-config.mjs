/** Writes the configuration of plain workerd (schema: `workerd.capnp` in the workerd package). */

/** Without the limit of six connections that Cloudflare sets, one courier can keep many requests open. */
const SELF_HOSTED_VARIABLES = { SLUICE_COURIER_WINDOW: "256" };

/**
 * Returns the text of the configuration and the environment that workerd must get. Variables travel in the
 * environment, so that no secret is written to the file. `module` is the bundle's name in the configuration's folder.
 */
export function workerdConfig({ wrangler, variables, module, objectsFolder, address }) {
  const environment = { ...wrangler.variables, ...SELF_HOSTED_VARIABLES, ...variables };
  const bindings = [
    ...wrangler.durableObjects.map(
      ({ binding, className }) => `(name = ${quote(binding)}, durableObjectNamespace = ${quote(className)})`,
    ),
    ...wrangler.services.map(({ binding, entrypoint }) => {
      const entry = entrypoint === undefined ? "" : `, entrypoint = ${quote(entrypoint)}`;
      return `(name = ${quote(binding)}, service = (name = "router"${entry}))`;
    }),
    ...Object.keys(environment).map((name) => `(name = ${quote(name)}, fromEnvironment = ${quote(name)})`),
  ];
  // The unique key names the folder of a class's objects: it must never change.
  const namespaces = wrangler.durableObjects.map(
    ({ className }) =>
      `(className = ${quote(className)}, uniqueKey = ${quote(`sluice-${className}`)}, enableSql = true)`,
  );
  const text = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "router", worker = (
      modules = [(name = "worker.mjs", esModule = embed ${quote(module)})],
      compatibilityDate = ${quote(wrangler.compatibilityDate)},
      compatibilityFlags = ${list(wrangler.compatibilityFlags.map(quote))},
      bindings = ${list(bindings)},
      durableObjectNamespaces = ${list(namespaces)},
      durableObjectStorage = (localDisk = "objects"),
    )),
    (name = "objects", disk = (path = ${quote(objectsFolder)}, writable = true)),
    # Subscribers on this machine and in private networks are reachable; that is what self-hosting is for.
    (name = "internet", network = (
      allow = ["public", "private"],
      tlsOptions = (trustBrowserCas = true),
    )),
  ],
  sockets = [(name = "http", address = ${quote(address)}, service = "router")],
);
`;
  return { text, environment };
}

function list(items) {
  return items.length === 0 ? "[]" : `[\n        ${items.join(",\n        ")},\n      ]`;
}

/** Cap'n Proto text knows hexadecimal escapes, but not the \u that JSON writes for control characters. */
function quote(text) {
  return JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, "\\x$1");
}

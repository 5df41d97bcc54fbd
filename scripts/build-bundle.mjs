/** Builds the Worker into one module, with the settings `wrangler deploy` uses, when a source is newer than it. */
import { mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { StartError } from "./start-error.mjs";

/** What the bundle is made from; a folder counts with everything in it. */
const SOURCES = ["src", "migrations", "wrangler.toml", "package-lock.json", "scripts/build-bundle.mjs"];

/** Returns the path of the built module; `wrangler` is what `readWranglerConfig` gives. */
export async function buildBundle(root, wrangler) {
  const bundle = join(root, "dist", "worker.mjs");
  if (SOURCES.some((source) => newestChange(join(root, source)) > changedAt(bundle)))
    await build(root, wrangler, bundle);
  return bundle;
}

async function build(root, { main, keepNames }, bundle) {
  const { build: esbuild } = await import("esbuild");
  mkdirSync(dirname(bundle), { recursive: true });
  // Written beside and moved: another start may be reading the old bundle.
  const unfinished = `${bundle}.${process.pid}`;
  try {
    await esbuild({
      entryPoints: [join(root, main)],
      outfile: unfinished,
      absWorkingDir: root,
      bundle: true,
      format: "esm",
      target: "es2024",
      conditions: ["workerd", "worker", "browser"],
      loader: { ".sql": "text" },
      external: ["cloudflare:*", "node:*"],
      keepNames,
      logLevel: "error",
    });
  } catch (cause) {
    throw new StartError("The Worker could not be built (see above).", { cause });
  }
  renameSync(unfinished, bundle);
}

/** A deleted file shows in the time of its folder, so folders count too. */
function newestChange(path) {
  const own = changedAt(path);
  if (own === 0 || !statSync(path).isDirectory()) return own;
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestChange(join(path, name))), own);
}

function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** `node scripts/build-bundle.mjs` builds without starting. */
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { readWranglerConfig } = await import("./wrangler-config.mjs");
  const { ROOT } = await import("./settings.mjs");
  console.log(await buildBundle(ROOT, await readWranglerConfig(ROOT)));
}

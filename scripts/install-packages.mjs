/** Installs npm packages when `node_modules` does not hold what `package-lock.json` names. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "./start-error.mjs";

export function installPackages(root) {
  if (isInstalled(root)) return;
  console.log("Installing packages (once, half a minute or so) ...");
  // The error level hides EBADENGINE: some test tools want a newer Node than the one that starts the router. The
  // bundler and workerd are development packages, so NODE_ENV=production must not leave them out.
  const result = spawnSync("npm", ["install", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (result.error !== undefined) {
    throw new StartError(`npm could not be started (${result.error.message}). Install Node.js with npm and try again.`);
  }
  if (result.status !== 0 || !isInstalled(root)) {
    throw new StartError("npm install failed (see above). Check the network connection and try again.");
  }
}

/** npm records what it installed in a lock file of its own; every package that is not optional must be there. */
function isInstalled(root) {
  const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
  const wanted = readPackages(join(root, "package-lock.json"));
  if (installed === undefined) return false;
  if (wanted === undefined) return true;
  return Object.entries(wanted).every(
    ([path, entry]) => path === "" || entry.optional === true || installed[path]?.version === entry.version,
  );
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    // Missing or half written: the same as not installed.
    return undefined;
  }
}

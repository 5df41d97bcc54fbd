/**
 * Makes the disk of a running router too small, and large again: the operating system's limit on file sizes.
 *
 * A process that meets the limit is ended by a signal unless it ignores it; then its writes fail, as on a full disk.
 * What ignores the signal is put in front of workerd when the router starts.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT, type Router, type RouterOptions, startRouter, temporaryFolder } from "./harness.ts";

/** A router that outlives `limitFileSize`. */
export function startLimitableRouter(options: RouterOptions = {}): Promise<Router> {
  const folder = temporaryFolder();
  const require = createRequire(join(ROOT, "package.json"));
  const module = require.resolve("workerd");
  const { default: binary }: { default: string } = require(module);
  const wrapper = join(folder, "workerd");
  const preload = join(folder, "preload.cjs");
  writeFileSync(wrapper, `#!/bin/sh\ntrap '' XFSZ\nexec '${binary}' "$@"\n`, { mode: 0o755 });
  writeFileSync(
    preload,
    `require(${JSON.stringify(module)});
require.cache[${JSON.stringify(module)}].exports = { default: ${JSON.stringify(wrapper)} };\n`,
  );
  return startRouter({
    ...options,
    command: [process.execPath, "--require", preload, join(ROOT, "scripts", "start.mjs")],
  });
}

/** No file of the router can grow beyond this from now on; the limit can be raised again. */
export function limitFileSize(router: Router, bytes: number | "unlimited"): void {
  execFileSync("prlimit", [`--fsize=${bytes}:unlimited`, "--pid", String(workerdPid(router))]);
}

/** Bytes of the largest file of the channels' storage. */
export function largestChannelFile(router: Router): number {
  const folder = join(router.dataDir, "objects", "sluice-Channel");
  return Math.max(...readdirSync(folder).map((name) => statSync(join(folder, name)).size));
}

export function workerdPid(router: Router): number {
  return Number.parseInt(readFileSync(join(router.dataDir, "workerd.pid"), "utf8"), 10);
}

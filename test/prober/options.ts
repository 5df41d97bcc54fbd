/** Reads the command line of the prober; a mistake becomes a `ProberError` that says what to write. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ProberError, reasonOf } from "./prober-error.ts";
import type { ProberOptions } from "./run-prober.ts";

const OPTIONS = {
  namespace: { type: "string", default: "default" },
  listen: { type: "string", default: "127.0.0.1:0" },
  sink: { type: "string" },
  "token-file": { type: "string" },
  rate: { type: "string", default: "50" },
  seconds: { type: "string", default: "60" },
  drain: { type: "string", default: "60" },
} as const;

/** A deployed router that was idle answers within a second or two; a wrong address should be told soon, milliseconds. */
const PROBE_MS = 10_000;

/** Everything but the signals, which the process has. */
export function readOptions(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Omit<ProberOptions, "stop" | "abandon"> {
  const { values, positionals } = parsed(words);
  const [router] = positionals;
  if (router === undefined || positionals.length > 1)
    throw new ProberError("Give the router's URL, for example: npm run prober -- http://127.0.0.1:8787");
  const token = tokenFrom(values["token-file"]) ?? (environment.SLUICE_TOKEN || undefined);
  const { sink } = values;
  const seconds = numberFrom("seconds", values.seconds, 0);
  return {
    router: { url: urlFrom("the router's URL", router), ...(token === undefined ? {} : { token }) },
    namespace: values.namespace,
    listen: addressFrom(values.listen),
    ...(sink === undefined ? {} : { sinkUrl: urlFrom("--sink", sink) }),
    probeMs: PROBE_MS,
    ratePerSecond: numberFrom("rate", values.rate, 1),
    postMs: seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 1_000,
    drainMs: numberFrom("drain", values.drain, 1) * 1_000,
  };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new ProberError(reasonOf(error));
  }
}

function tokenFrom(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new ProberError(`--token-file cannot be read (${reasonOf(error)}).`);
  }
}

/** Without a slash at the end. */
function urlFrom(what: string, text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new ProberError(`${what} is ${JSON.stringify(text)}; write it like http://127.0.0.1:8787`);
  return text.replace(/\/+$/, "");
}

function addressFrom(text: string): { host: string; port: number } {
  const [, host = "", port = ""] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === "" || Number(port) > 65_535)
    throw new ProberError(`--listen is ${JSON.stringify(text)}; write it like 127.0.0.1:9000`);
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

function numberFrom(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new ProberError(`--${name} is ${JSON.stringify(text)}; give a whole number from ${least}`);
  return value;
}

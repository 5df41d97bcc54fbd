/** Reads the environment of the start script, once, and says what to change when a value is not usable. */
import { isIP } from "node:net";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { StartError } from "./start-error.mjs";

/** The folder that holds `package.json` and `wrangler.toml`. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 8787;
/** The event display listens on the next port, so the last one is left for it. */
const LAST_PORT = 65534;
const KEY_BYTES = 32;

export function readSettings(environment) {
  const host = (environment.HOST || DEFAULT_HOST).replace(/^\[(.*)\]$/, "$1");
  const port = readPort(environment.PORT);
  const displayHost = isIP(host) === 6 ? "::1" : DEFAULT_HOST;
  return {
    host,
    port,
    address: `${inUrl(host)}:${port}`,
    /** Where this machine reaches the router, whatever address it is bound to. */
    localUrl: `http://${inUrl(isWildcard(host) ? loopbackOf(host) : host)}:${port}`,
    isLoopback: isLoopback(host),
    dataFolder: resolve(environment.SLUICE_DATA || resolve(ROOT, ".sluice")),
    demo: environment.SLUICE_DEMO !== "off",
    displayHost,
    displayPort: port + 1,
    displayUrl: `http://${inUrl(displayHost)}:${port + 1}/`,
    adminToken: environment.SLUICE_ADMIN_TOKEN || undefined,
  };
}

/**
 * Every SLUICE_* variable reaches the Worker. Open mode is decided here alone: the address is passed only when it is
 * a loopback address and no token was given, whatever the caller's environment says. `ownEncryptionKey` is called
 * when none was given.
 */
export function workerVariables(environment, settings, ownEncryptionKey) {
  const given = Object.entries(environment).filter(([name, value]) => name.startsWith("SLUICE_") && value !== "");
  const variables = { SLUICE_PUBLIC_URL: settings.localUrl, ...Object.fromEntries(given) };
  variables.SLUICE_ENCRYPTION_KEY ??= ownEncryptionKey();
  if (Buffer.from(variables.SLUICE_ENCRYPTION_KEY, "base64").length !== KEY_BYTES) {
    throw new StartError("SLUICE_ENCRYPTION_KEY is not 32 bytes in base64. Make one with: openssl rand -base64 32");
  }
  delete variables.SLUICE_OPEN_ADDRESS;
  if (settings.isLoopback && settings.adminToken === undefined) variables.SLUICE_OPEN_ADDRESS = settings.address;
  return variables;
}

function readPort(text) {
  if (text === undefined || text === "") return DEFAULT_PORT;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= LAST_PORT) return port;
  throw new StartError(`PORT is ${JSON.stringify(text)}; set it to a number from 1 to ${LAST_PORT}.`);
}

function isLoopback(host) {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function isWildcard(host) {
  return host === "0.0.0.0" || host === "::" || host === "*";
}

function loopbackOf(wildcard) {
  return wildcard === "::" ? "::1" : DEFAULT_HOST;
}

function inUrl(host) {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/**
 * The rule that keeps open mode (no token, loopback only) safe from web pages: a page on the internet can make a
 * browser call 127.0.0.1 with its own `Origin`, or reach it under the page's own host name (DNS rebinding). So
 * requests must name the loopback address itself and must not come from another origin.
 */

const HTTP_PORT = "80";

export interface AddressedRequest {
  readonly host: string | null;
  readonly origin: string | null;
}

/** Why a request is refused, or undefined when it may pass. */
export type OpenModeRule = (request: AddressedRequest) => string | undefined;

/** The rule while Sluice is open on this address (`HOST:PORT`). */
export function openModeRule(openAddress: string): OpenModeRule {
  const allowed = allowedHosts(openAddress);
  return ({ host, origin }) => {
    if (host === null || !allowed.has(host.toLowerCase())) {
      return `the Host header is ${JSON.stringify(host ?? "")}, but without authentication only requests to ${openAddress} are served (SLUICE_ADMIN_TOKEN turns authentication on)`;
    }
    if (origin !== null && !isAllowedOrigin(allowed, origin)) {
      return `the Origin header is ${JSON.stringify(origin)}: without authentication no other web page may call ${openAddress} (SLUICE_ADMIN_TOKEN turns authentication on)`;
    }
    return undefined;
  };
}

/** The forms a client may write the same loopback address in. */
function allowedHosts(openAddress: string): ReadonlySet<string> {
  const port = /:(\d+)$/.exec(openAddress)?.[1] ?? HTTP_PORT;
  const hosts = new Set([openAddress.toLowerCase()]);
  for (const name of ["localhost", "127.0.0.1", "[::1]"]) {
    hosts.add(`${name}:${port}`);
    if (port === HTTP_PORT) hosts.add(name);
  }
  return hosts;
}

function isAllowedOrigin(allowed: ReadonlySet<string>, origin: string): boolean {
  const prefix = "http://";
  const text = origin.toLowerCase();
  return text.startsWith(prefix) && allowed.has(text.slice(prefix.length));
}

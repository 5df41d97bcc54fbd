/**
 * Who may use the control plane. Three cases, decided by settings alone, never by what a request says of itself:
 *
 *   open address set      only requests to that loopback address and from no other web page (core/open-mode)
 *   admin token set       every request must carry it: `Bearer`, or the password of `Basic` (kubectl over plain http)
 *   neither               every request is refused, with the reason
 *
 * With both set, both rules hold.
 */
import { openModeRule } from "../../core/open-mode.ts";
import { forbidden, type Refusal, unauthorized } from "../resources/refusal.ts";

export interface AccessSettings {
  /** `HOST:PORT` of the loopback address that the start script binds to. */
  readonly openAddress?: string;
  readonly adminToken?: string;
}

export interface RequestIdentity {
  readonly host: string | null;
  readonly origin: string | null;
  readonly authorization: string | null;
}

/** The refusal, or undefined when the request may go on. */
export function refuseAccess(settings: AccessSettings, request: RequestIdentity): Refusal | undefined {
  const openAddress = settings.openAddress ?? "";
  const adminToken = settings.adminToken ?? "";
  if (openAddress === "" && adminToken === "") {
    return forbidden("the control plane is closed: set the secret SLUICE_ADMIN_TOKEN and send it as a bearer token");
  }
  if (openAddress !== "") {
    const reason = openModeRule(openAddress)(request);
    if (reason !== undefined) return forbidden(reason);
  }
  if (adminToken === "" || equalInConstantTime(credentialOf(request.authorization), adminToken)) return undefined;
  return unauthorized("Unauthorized");
}

/** The token a request presents; empty when it presents none. */
function credentialOf(authorization: string | null): string {
  const match = /^(bearer|basic) +(\S+) *$/i.exec(authorization ?? "");
  if (match === null) return "";
  const [, scheme = "", credential = ""] = match;
  return scheme.toLowerCase() === "bearer" ? credential : basicPassword(credential);
}

function basicPassword(credential: string): string {
  try {
    const bytes = Uint8Array.from(atob(credential), (char) => char.charCodeAt(0));
    const text = new TextDecoder().decode(bytes);
    const colon = text.indexOf(":");
    return colon < 0 ? "" : text.slice(colon + 1);
  } catch {
    return "";
  }
}

/** Takes as long for every wrong token of the same length; never indexes beyond either text. */
function equalInConstantTime(presented: string, expected: string): boolean {
  const encoder = new TextEncoder();
  const a = encoder.encode(presented);
  const b = encoder.encode(expected);
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index % b.length] ?? 0);
  return difference === 0;
}

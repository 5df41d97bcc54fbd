/**
 * Who makes a request. What a request needs is decided by settings alone, never by what it says of itself:
 *
 *   open address set      only requests to that loopback address and from no other web page (core/open-mode)
 *   admin token set       every request must present it or an access token: `Bearer`, or the password of `Basic`
 *   both                  both rules hold
 *   neither               every request is refused, with the reason
 *
 * Open without an admin token, a request that presents no token may do everything; a token that is presented counts all the
 * same, so that access can be tried out locally.
 */
import { hasTokenForm, tokenDigest } from "../../core/access-token.ts";
import { credentialOf, equalInConstantTime } from "../../core/credential.ts";
import { openModeRule } from "../../core/open-mode.ts";
import { forbidden, unauthorized } from "../resources/refusal.ts";
import type { AccessToken } from "./access-token-secret.ts";
import { ADMIN_USER, OPEN_USER, type User, userOf } from "./user.ts";

export interface AccessSettings {
  /** `HOST:PORT` of the loopback address that the start script binds to. */
  readonly openAddress?: string;
  readonly adminToken?: string;
}

export interface RequestIdentity {
  readonly host: string | null;
  readonly origin: string | null;
  readonly authorization: string | null;
  /** Asks to be treated as somebody else. */
  readonly impersonates: boolean;
}

/** Refusals are thrown. Looking a token up by its digest takes no longer the more of it is right. */
export async function authenticate(
  settings: AccessSettings,
  request: RequestIdentity,
  find: (digest: string) => AccessToken | undefined,
): Promise<User> {
  const openAddress = settings.openAddress ?? "";
  const adminToken = settings.adminToken ?? "";
  if (openAddress === "" && adminToken === "") {
    throw forbidden("the control plane is closed: set the secret SLUICE_ADMIN_TOKEN and send it as a bearer token");
  }
  const wrongAddress = openAddress === "" ? undefined : openModeRule(openAddress)(request);
  if (wrongAddress !== undefined) throw forbidden(wrongAddress);
  const user = await userPresented(request.authorization, adminToken, find);
  // To go on as the user who asks would do more than was asked for.
  if (request.impersonates) {
    throw forbidden(
      `User ${JSON.stringify(user.name)} cannot impersonate anybody: present the token of the user that is meant instead`,
    );
  }
  return user;
}

async function userPresented(
  authorization: string | null,
  adminToken: string,
  find: (digest: string) => AccessToken | undefined,
): Promise<User> {
  if (authorization === null && adminToken === "") return OPEN_USER;
  const credential = credentialOf(authorization ?? "") ?? "";
  if (adminToken !== "" && equalInConstantTime(credential, adminToken)) return ADMIN_USER;
  const token = hasTokenForm(credential) ? find(await tokenDigest(credential)) : undefined;
  if (token === undefined) throw unauthorized("Unauthorized");
  return userOf(token);
}

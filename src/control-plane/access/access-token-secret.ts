/**
 * A Secret of type `sluice.dev/access-token` is a token for the API and the ingress: its `role` says what for, its namespace
 * where. The router makes the token and keeps it; whoever may read the Secret may hand it on.
 *
 * At rest the values are sealed like those of other Secrets, but the readable part shows the role, and the token's digest
 * in place of the token: from these the table of tokens is made.
 */
import { accessToken, TOKEN_BYTES, tokenDigest } from "../../core/access-token.ts";
import { secretText, secretValue } from "../kinds/core/secret-value.ts";
import { type JsonObject, objectAt, textAt } from "../resources/json.ts";
import { isBeingDeleted, nameOf, namespaceOf, uidOf } from "../resources/metadata.ts";
import { invalid } from "../resources/refusal.ts";
import type { FieldError } from "../validation/field-error.ts";
import { isRole, ROLES, type Role } from "./user.ts";

const ACCESS_TOKEN_TYPE = "sluice.dev/access-token";

export interface AccessToken {
  readonly digest: string;
  readonly secretUid: string;
  readonly namespace: string;
  readonly name: string;
  readonly role: Role;
}

const DIGEST_PREFIX = "sha256:";

export function isAccessToken(secret: JsonObject): boolean {
  return textAt(secret, "type") === ACCESS_TOKEN_TYPE;
}

/** With the token: the one it had before, or a new one. Refuses a client that chose another. */
export function withToken(secret: JsonObject, old: JsonObject | undefined): JsonObject {
  if (!isAccessToken(secret)) return secret;
  const kept = old !== undefined && isAccessToken(old) ? textAt(old, "data", "token") : undefined;
  const sent = textAt(secret, "data", "token");
  if (sent !== undefined && sent !== kept) {
    const message = "Forbidden: the router makes the token: leave it out, and delete the Secret to get another one";
    const cause = { reason: "FieldValueForbidden", message, field: "data[token]" };
    throw invalid({ group: "", kind: "Secret", name: nameOf(secret) }, [cause]);
  }
  const token = kept ?? secretValue(accessToken(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES))));
  return { ...secret, data: { ...objectAt(secret, "data"), token } };
}

/** The values must be valid base64. */
export function validateAccessToken(secret: JsonObject): readonly FieldError[] {
  if (!isAccessToken(secret)) return [];
  const value = textAt(secret, "data", "role");
  const expected = `a Secret of type ${ACCESS_TOKEN_TYPE} has one of the roles ${ROLES.join(", ")}`;
  if (value === undefined) return [{ message: "missing field(s)", paths: ["data[role]"], details: expected }];
  // Without the value: what stands there by mistake may be a secret.
  return isRole(secretText(value)) ? [] : [{ message: "invalid value", paths: ["data[role]"], details: expected }];
}

/** Of a token, the data that may rest readable; nothing of any other Secret. */
export async function readableTokenData(secret: JsonObject): Promise<JsonObject> {
  const role = textAt(secret, "data", "role");
  const token = textAt(secret, "data", "token");
  if (!isAccessToken(secret) || role === undefined || token === undefined) return {};
  return { role, token: DIGEST_PREFIX + (await tokenDigest(secretText(token))) };
}

/** The token that a Secret's readable part stands for; none once its deletion has begun. */
export function tokenIn(readable: JsonObject): AccessToken | undefined {
  const token = textAt(readable, "data", "token") ?? "";
  if (!isAccessToken(readable) || isBeingDeleted(readable) || !token.startsWith(DIGEST_PREFIX)) return undefined;
  const role = secretText(textAt(readable, "data", "role") ?? "");
  if (!isRole(role)) return undefined;
  return {
    digest: token.slice(DIGEST_PREFIX.length),
    secretUid: uidOf(readable),
    namespace: namespaceOf(readable),
    name: nameOf(readable),
    role,
  };
}

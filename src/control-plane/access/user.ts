/** Who makes a request: the holder of a token, with the role that the token gives. */
import type { AccessToken } from "./access-token-secret.ts";

/**
 * viewer     reads everything but Secrets and the data of events
 * editor     writes everything but access tokens, and acts on deliveries
 * admin      everything
 * publisher  posts events, and nothing else
 */
export const ROLES = ["viewer", "editor", "admin", "publisher"] as const;
export type Role = (typeof ROLES)[number];

export interface User {
  /** The name of the token's Secret. */
  readonly name: string;
  /** The Secret's uid. */
  readonly uid?: string;
  readonly role: Role;
  /** Where the role holds; in every namespace and outside of all when absent. */
  readonly namespace?: string;
}

/** Everybody who reaches a router in open mode, unless they present a token. */
export const OPEN_USER: User = { name: "system:open", role: "admin" };
/** Holds the admin token of the settings. */
export const ADMIN_USER: User = { name: "system:admin", role: "admin" };

/** Tokens of this namespace hold in all of them. */
export const SYSTEM_NAMESPACE = "sluice-system";

export function userOf({ name, namespace, role, secretUid }: AccessToken): User {
  const user = { name, uid: secretUid, role };
  return namespace === SYSTEM_NAMESPACE ? user : { ...user, namespace };
}

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

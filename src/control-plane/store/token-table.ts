/**
 * All SQL for access tokens: what a request presents, found by its digest. A row comes, changes and goes in the transaction
 * that writes the token's Secret, so that a token is good for exactly as long as neither its Secret nor its namespace is being
 * deleted.
 */
import type { SqlStore } from "../../core/sql-store.ts";
import { type AccessToken, tokenIn } from "../access/access-token-secret.ts";
import { mayPublish } from "../access/rules.ts";
import { isRole, SYSTEM_NAMESPACE, type User } from "../access/user.ts";
import { NAMESPACES, qualified, SECRETS } from "../resource-names.ts";
import { isBeingDeleted, uidOf } from "../resources/metadata.ts";
import type { StoredObject } from "./object-store.ts";

const NAMESPACE = qualified(NAMESPACES);
const SECRET = qualified(SECRETS);

type Written = Pick<StoredObject, "key" | "body">;
type TokenRow = { digest: string; secret_uid: string; namespace: string; name: string; role: string };

const COLUMNS = "digest, secret_uid, namespace, name, role";

export class TokenTable {
  readonly #sql: SqlStore;

  constructor(sql: SqlStore) {
    this.#sql = sql;
  }

  /** An object was written. What is still written to the Secrets of a namespace that goes brings no token back. */
  follow({ key, body }: Written, isGoing: (namespace: string) => boolean): void {
    if (key.resource === NAMESPACE && isBeingDeleted(body)) this.#forgetNamespace(key.name);
    if (key.resource !== SECRET) return;
    const token = tokenIn(body);
    this.forget({ key, body });
    if (token !== undefined && !isGoing(key.namespace)) this.#insert(token);
  }

  /** An object is gone. */
  forget({ key, body }: Written): void {
    if (key.resource === SECRET) this.#sql.run("DELETE FROM token WHERE secret_uid = ?", uidOf(body));
  }

  #insert(token: AccessToken): void {
    const { digest, secretUid, namespace, name, role } = token;
    this.#sql.run(`INSERT INTO token (${COLUMNS}) VALUES (?, ?, ?, ?, ?)`, digest, secretUid, namespace, name, role);
  }

  /** Whether a user's token is still there, with the role that it gave. */
  isInForce({ uid = "", role }: User): boolean {
    const query = `SELECT ${COLUMNS} FROM token WHERE secret_uid = ?`;
    return this.#tokens(query, uid).some((token) => token.role === role);
  }

  find(digest: string): AccessToken | undefined {
    return this.#tokens(`SELECT ${COLUMNS} FROM token WHERE digest = ?`, digest)[0];
  }

  count(namespace: string): number {
    const query = "SELECT COUNT(*) AS n FROM token WHERE namespace = ?";
    return this.#sql.all<{ n: number }>(query, namespace)[0]?.n ?? 0;
  }

  /** Digests of the tokens that may post to channels of this namespace, in order. */
  publishersIn(namespace: string): readonly string[] {
    const query = `SELECT ${COLUMNS} FROM token WHERE namespace = ? OR namespace = ? ORDER BY digest`;
    const tokens = this.#tokens(query, namespace, SYSTEM_NAMESPACE);
    return tokens.filter(({ role }) => mayPublish(role)).map(({ digest }) => digest);
  }

  #forgetNamespace(namespace: string): void {
    this.#sql.run("DELETE FROM token WHERE namespace = ?", namespace);
  }

  /** A role of a later version gives no rights in this one. */
  #tokens(query: string, ...params: readonly string[]): readonly AccessToken[] {
    return this.#sql.all<TokenRow>(query, ...params).flatMap(({ digest, secret_uid, namespace, name, role }) => {
      return isRole(role) ? [{ digest, secretUid: secret_uid, namespace, name, role }] : [];
    });
  }
}

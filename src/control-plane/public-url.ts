/** The base of every address: as configured, else the origin the API was first reached at, kept from then on. */
import type { SqlStore } from "../core/sql-store.ts";

export class PublicUrl {
  readonly #sql: SqlStore;
  #url: string | undefined;

  constructor(sql: SqlStore, configured: string | undefined) {
    this.#sql = sql;
    const query = "SELECT value FROM setting WHERE key = 'origin'";
    const base = configured ?? sql.all<{ value: string }>(query)[0]?.value;
    this.#url = base?.replace(/\/+$/, "");
  }

  /** Without a slash at the end; undefined before anyone has reached the API. */
  get(): string | undefined {
    return this.#url;
  }

  /** True when this origin is the base from now on. */
  reachedAt(origin: string): boolean {
    if (this.#url !== undefined) return false;
    this.#sql.run("INSERT OR REPLACE INTO setting (key, value) VALUES ('origin', ?)", origin);
    this.#url = origin;
    return true;
  }
}

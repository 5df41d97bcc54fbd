/** The base of every address: as configured, else the origin the API was first reached at, kept from then on. */
import type { SqlStore } from "../../core/sql-store.ts";

export class PublicUrl {
  readonly #sql: SqlStore;
  #url: string | undefined;

  constructor(sql: SqlStore, configured: string | undefined) {
    this.#sql = sql;
    this.#url = configured === undefined ? undefined : withoutSlash(configured);
  }

  /** Without a slash at the end; undefined before anyone has reached the API. */
  get(): string | undefined {
    this.#url ??= this.#sql.all<{ value: string }>("SELECT value FROM setting WHERE key = 'origin'")[0]?.value;
    return this.#url;
  }

  /** True, and only once, when the base is another than it was: statuses still have addresses with that one. */
  takeChange(): boolean {
    const url = this.get();
    const told = this.#sql.all<{ value: string }>("SELECT value FROM setting WHERE key = 'told_url'")[0]?.value;
    if (url === undefined || url === told) return false;
    this.#sql.run("INSERT OR REPLACE INTO setting (key, value) VALUES ('told_url', ?)", url);
    return true;
  }

  /** True when this origin is the base from now on. */
  reachedAt(origin: string): boolean {
    if (this.get() !== undefined) return false;
    this.#url = withoutSlash(origin);
    this.#sql.run("INSERT INTO setting (key, value) VALUES ('origin', ?)", this.#url);
    return true;
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

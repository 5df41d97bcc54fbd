/**
 * All SQL for what the control plane knows of channels. A row exists from before the first push until the channel has
 * confirmed its removal, so nothing that was ever configured is forgotten by a crash.
 */

import assert from "../../core/assert.ts";
import { ADDRESSABLE_KINDS, type ChannelName, parseChannelName } from "../../core/channel-name.ts";
import type { SqlStore } from "../../core/sql-store.ts";
import type { AcknowledgedConfiguration, Acknowledgement } from "../compile/compile-context.ts";

export interface KnownChannel {
  readonly name: ChannelName;
  readonly namespace: string;
  /** The resource's uid that was last pushed. */
  readonly uid: string;
  /** The last configuration the channel confirmed. Some 75 bytes a subscription, so a row (2 MB) holds 25,000 of them. */
  readonly acknowledged: AcknowledgedConfiguration | undefined;
  readonly removing: boolean;
  /** Why the latest push failed, while it does, how often in a row, and when to try again. */
  readonly failure: string | undefined;
  readonly attempts: number;
  readonly dueAtMs: number;
}

type ChannelIdentity = Pick<KnownChannel, "name" | "uid">;

type ChannelRow = {
  name: string;
  namespace: string;
  uid: string;
  acknowledged: string | null;
  removing: number;
  failure: string | null;
  attempts: number;
  due_at_ms: number;
};

const COLUMNS = "name, namespace, uid, acknowledged, removing, failure, attempts, due_at_ms";

export class KnownChannels {
  readonly #sql: SqlStore;

  constructor(sql: SqlStore) {
    this.#sql = sql;
  }

  all(): readonly KnownChannel[] {
    return this.#sql.all<ChannelRow>(`SELECT ${COLUMNS} FROM channel ORDER BY name`).map(fromRow);
  }

  in(namespace: string): readonly ChannelName[] {
    const query = "SELECT name FROM channel WHERE namespace = ? ORDER BY name";
    return this.#sql.all<{ name: string }>(query, namespace).map((row) => storedName(row.name));
  }

  get(name: ChannelName): KnownChannel | undefined {
    const rows = this.#sql.all<ChannelRow>(`SELECT ${COLUMNS} FROM channel WHERE name = ?`, name);
    return rows.map(fromRow)[0];
  }

  /** Nothing of one that is to go. */
  acknowledgement(name: ChannelName): Acknowledgement {
    const known = this.get(name);
    if (known === undefined || known.removing) return { configuration: undefined, failure: undefined };
    return { configuration: known.acknowledged, failure: known.failure };
  }

  put(channel: KnownChannel): void {
    this.#sql.run(
      `INSERT OR REPLACE INTO channel (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[channel.name, channel.namespace, channel.uid],
      channel.acknowledged === undefined ? null : JSON.stringify(channel.acknowledged),
      ...[channel.removing ? 1 : 0, channel.failure ?? null, channel.attempts, channel.dueAtMs],
    );
  }

  forget(name: ChannelName): void {
    this.#sql.run("DELETE FROM channel WHERE name = ?", name);
    this.#sql.run("DELETE FROM types_read WHERE channel = ?", name);
  }

  /** The position up to which this channel's log was read for types of events; undefined before it was. */
  typesReadTo({ name, uid }: ChannelIdentity): string | undefined {
    const query = "SELECT position FROM types_read WHERE channel = ? AND uid = ?";
    return this.#sql.all<{ position: string }>(query, name, uid)[0]?.position;
  }

  readTypesTo(position: string, { name, uid }: ChannelIdentity): void {
    const query = "INSERT OR REPLACE INTO types_read (channel, uid, position) VALUES (?, ?, ?)";
    this.#sql.run(query, name, uid, position);
  }

  /** Versions only rise, whatever they are used for. */
  nextVersion(): number {
    const next = this.#version() + 1;
    this.raiseVersion(next);
    return next;
  }

  /** A channel knows a higher version than we do: this store was restored from an older state. */
  raiseVersion(version: number): void {
    if (version <= this.#version()) return;
    const query = "INSERT OR REPLACE INTO setting (key, value) VALUES ('configuration_version', ?)";
    this.#sql.run(query, String(version));
  }

  #version(): number {
    const query = "SELECT value FROM setting WHERE key = 'configuration_version'";
    return Number(this.#sql.all<{ value: string }>(query)[0]?.value ?? "0");
  }
}

function fromRow(row: ChannelRow): KnownChannel {
  return {
    name: storedName(row.name),
    namespace: row.namespace,
    uid: row.uid,
    acknowledged: row.acknowledged === null ? undefined : parseAcknowledged(row.acknowledged),
    removing: row.removing !== 0,
    failure: row.failure ?? undefined,
    attempts: row.attempts,
    dueAtMs: row.due_at_ms,
  };
}

/** Anything but hashes was confirmed to a version that stored other things: the configuration is pushed once more. */
function parseAcknowledged(text: string): AcknowledgedConfiguration | undefined {
  const stored = JSON.parse(text);
  return typeof stored.settings === "string" ? stored : undefined;
}

function storedName(text: string): ChannelName {
  const [namespace = "", middle, name = ""] = text.split("/");
  const kind = ADDRESSABLE_KINDS.find((each) => each === middle);
  const parsed = kind === undefined ? undefined : parseChannelName(namespace, kind, name);
  assert(parsed !== undefined, "a known channel has a name that is none");
  return parsed;
}

/**
 * The life of a channel object: it exists once it is configured, belongs to one uid at a time, starts again from
 * storage when something throws, and leaves a tombstone when it is deleted.
 *
 *   nothing ──configure──▶ living ──remove, or retire once drained──▶ tombstone ──newer configure──▶ living
 *                            └──configure of another uid──▶ wiped, living
 */
import type {
  AppendAnswer,
  AppendRequest,
  ChannelConfiguration,
  ChannelPort,
  ConfigureAnswer,
  LeaseAnswer,
  LeaseRequest,
  RetireAnswer,
} from "../core/channel-protocol.ts";
import { errorText } from "../core/error-text.ts";
import type { OperatorAnswer, OperatorRequest } from "../core/operator-protocol.ts";
import type { SqlStore } from "../core/sql-store.ts";
import { Channel } from "./channel.ts";
import { answerFor, isNews, takeOver } from "./configure.ts";
import { EMPTY_LEASE } from "./lease.ts";
import type { ChannelPorts } from "./ports.ts";
import { ChannelStorage, type Identity } from "./storage.ts";

/** What the object gives its channel. */
export interface HostPorts extends Omit<ChannelPorts, "wake"> {
  /** SQL of the object's schema, oldest first. */
  readonly migrations: readonly string[];
  /** The name that the object is addressed by; asked only when a caller has used it. */
  readonly name: () => string;
  /** As `wake` of a channel, which does not know its own name. */
  readonly wake: (channel: string, lane: string) => Promise<void> | undefined;
  readonly deleteAlarm: () => Promise<void>;
}

export class ChannelHost implements ChannelPort {
  readonly #ports: HostPorts;
  readonly #storage: ChannelStorage;
  #engine: Channel | undefined;

  constructor(ports: HostPorts, sql: SqlStore) {
    this.#ports = ports;
    this.#storage = new ChannelStorage(sql);
    // An object that was never configured writes nothing.
    if (!this.#storage.exists()) return;
    this.#storage.migrate(ports.migrations);
    const identity = this.#storage.identity();
    if (identity !== undefined && !identity.removed) this.#start(identity.name);
  }

  async append(request: AppendRequest): Promise<AppendAnswer> {
    return this.#engine === undefined ? { kind: "not-found" } : this.#engine.append(request);
  }

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    return this.#with(async (engine) => engine.lease(request), EMPTY_LEASE);
  }

  async readPart(blob: number, part: number): Promise<Uint8Array | undefined> {
    return this.#engine?.readPart(blob, part);
  }

  async configure(configuration: ChannelConfiguration): Promise<ConfigureAnswer> {
    return this.#orRestart(async () => {
      this.#storage.migrate(this.#ports.migrations);
      const stored = this.#storage.identity();
      if (stored !== undefined && !isNews(stored, configuration)) return answerFor(stored);
      const own = stored?.uid === configuration.uid ? this.#engine : undefined;
      return own === undefined ? this.#takeOver(configuration) : own.configure(configuration);
    });
  }

  async remove(uid: string, version: number): Promise<void> {
    return this.#orRestart(async () => {
      if (!this.#storage.exists()) return;
      const stored = this.#storage.identity();
      // A uid that is gone never comes back, so its removal holds whatever its version.
      if (stored !== undefined && stored.uid !== uid) return;
      await this.#remove(stored, uid, version);
    });
  }

  async retire(uid: string, version: number): Promise<RetireAnswer> {
    return this.#orRestart(async () => {
      const stored = this.#storage.exists() ? this.#storage.identity() : undefined;
      if (stored === undefined || stored.uid !== uid || stored.removed) return { kind: "retired" };
      if (stored.version > version) return { kind: "outdated", version: stored.version };
      const left = this.#engine?.left();
      if (left !== undefined && left.unsettled + left.parked > 0) return { kind: "draining", ...left };
      await this.#remove(stored, uid, version);
      return { kind: "retired" };
    });
  }

  async operate(request: OperatorRequest): Promise<OperatorAnswer> {
    const missing: OperatorAnswer = { kind: "not-found", message: "this channel does not exist" };
    return this.#with((engine) => engine.operate(request), missing);
  }

  /** Looks for work that a stuck alarm may have left. */
  async poke(): Promise<void> {
    await this.#with(async (engine) => engine.poke(), undefined);
  }

  /** The durable alarm came. */
  async alarm(): Promise<void> {
    await this.#with(async (engine) => engine.alarm(), undefined);
  }

  #with<T>(work: (engine: Channel) => Promise<T>, without: T): Promise<T> {
    const engine = this.#engine;
    return engine === undefined ? Promise.resolve(without) : this.#orRestart(() => work(engine));
  }

  /** A throw is a bug, or a full disk: memory may be half changed, so the object starts again from storage. */
  async #orRestart<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#ports.abort(errorText(error));
      throw error;
    }
  }

  /** Nothing is awaited before the storage is empty, so that nothing comes in between. */
  async #remove(stored: Identity | undefined, uid: string, version: number): Promise<void> {
    this.#end(() => this.#bury(stored, uid, version));
    await this.#ports.deleteAlarm();
  }

  #bury(stored: Identity | undefined, uid: string, version: number): void {
    const tombstone = Math.max(version, stored?.version ?? 0);
    this.#storage.transaction(() => {
      this.#storage.wipe();
      this.#storage.setIdentity({ name: stored?.name ?? "", uid, version: tombstone, hash: "", removed: true });
    });
  }

  /** The name is new, or belonged to another uid. */
  async #takeOver(configuration: ChannelConfiguration): Promise<ConfigureAnswer> {
    const name = this.#ports.name();
    this.#end(() => takeOver(this.#storage, name, configuration));
    // What was to come for the uid before; the new channel arms its own after this.
    const disarmed = this.#ports.deleteAlarm();
    const [answer] = await Promise.all([this.#start(name).configure(configuration), disarmed]);
    return answer;
  }

  /** Wipes, and says what that discards of the channel that lived here: its counters go with it. */
  #end(wipe: () => void): void {
    const identity = this.#storage.identity();
    const discarded = this.#engine?.notEnded();
    this.#engine?.stop();
    this.#engine = undefined;
    wipe();
    if (identity === undefined || discarded === undefined) return;
    this.#ports.log({ event: "channel.wiped", channel: identity.name, uid: identity.uid, ...discarded });
  }

  #start(name: string): Channel {
    const { wake, log, ...ports } = this.#ports;
    const engine = new Channel(
      { ...ports, wake: (lane) => wake(name, lane), log: (record) => log({ channel: name, ...record }) },
      this.#storage,
    );
    this.#engine = engine;
    return engine;
  }
}

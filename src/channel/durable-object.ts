/** The Durable Object of a channel: gives the engine its ports, keeps a channel that was never configured from existing. */
import { DurableObject } from "cloudflare:workers";
import migration0001 from "../../migrations/channel/0001-channel.sql";
import assert from "../core/assert.ts";
import type { ChannelName } from "../core/channel-name.ts";
import type {
  AppendAnswer,
  AppendRequest,
  ChannelConfiguration,
  ChannelPort,
  ConfigureAnswer,
  CourierPort,
  LeaseAnswer,
  LeaseRequest,
  OperatorAnswer,
  OperatorRequest,
} from "../core/channel-protocol.ts";
import type { Env } from "../environment.ts";
import { durableSql } from "../platform/durable-sql.ts";
import { wakeTransport } from "../platform/wake-up.ts";
import { Channel as Engine } from "./channel.ts";
import { answerFor, isNews, takeOver } from "./configure.ts";
import { EMPTY_LEASE } from "./lease.ts";
import type { ChannelPorts } from "./ports.ts";
import { ChannelStorage, type Identity } from "./storage.ts";
import { newUsage } from "./usage.ts";

const MIGRATIONS = [migration0001];

export class Channel extends DurableObject<Env> implements ChannelPort {
  readonly #usage = newUsage(Date.now());
  readonly #storage: ChannelStorage;
  #engine: Engine | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#storage = new ChannelStorage(durableSql(ctx.storage, this.#usage));
    if (!this.#storage.exists()) return;
    this.#storage.migrate(MIGRATIONS);
    const identity = this.#storage.identity();
    if (identity !== undefined && !identity.removed) this.#start(identity.name);
  }

  async append(request: AppendRequest): Promise<AppendAnswer> {
    this.#usage.requests.append++;
    return this.#engine === undefined ? { kind: "not-found" } : this.#engine.append(request);
  }

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    this.#usage.requests.lease++;
    return this.#orRestart(async (engine) => engine.lease(request), EMPTY_LEASE);
  }

  async readPart(blob: number, part: number): Promise<Uint8Array | undefined> {
    this.#usage.requests.readPart++;
    return this.#engine?.readPart(blob, part);
  }

  async configure(configuration: ChannelConfiguration): Promise<ConfigureAnswer> {
    this.#usage.requests.configure++;
    this.#storage.migrate(MIGRATIONS);
    const stored = this.#storage.identity();
    if (stored !== undefined && !isNews(stored, configuration)) return answerFor(stored);
    if (this.#engine === undefined || stored?.uid !== configuration.uid) {
      this.#engine?.stop();
      const name = this.#objectName();
      takeOver(this.#storage, name, configuration);
      this.#start(name);
    }
    return this.#orRestart(async (engine) => engine.configure(configuration), answerFor(this.#identity()));
  }

  async remove(uid: string, version: number): Promise<void> {
    this.#usage.requests.remove++;
    if (!this.#storage.exists()) return;
    const stored = this.#storage.identity();
    // A uid that is gone never comes back, so its removal holds whatever its version.
    if (stored !== undefined && stored.uid !== uid) return;
    const tombstone = Math.max(version, stored?.version ?? 0);
    this.#engine?.stop();
    this.#engine = undefined;
    this.#storage.transaction(() => {
      this.#storage.wipe();
      this.#storage.setIdentity({ name: stored?.name ?? "", uid, version: tombstone, hash: "", removed: true });
    });
    await this.ctx.storage.deleteAlarm();
  }

  async operate(request: OperatorRequest): Promise<OperatorAnswer> {
    this.#usage.requests.operate++;
    const missing: OperatorAnswer = { kind: "not-found", message: "this channel does not exist" };
    const answer = await this.#orRestart((engine) => engine.operate(request), missing);
    if (request.verb !== "stats" || answer.kind !== "ok") return answer;
    return { kind: "ok", body: { ...answer.body, usage: this.#usage } };
  }

  async poke(): Promise<void> {
    this.#usage.requests.poke++;
    await this.#orRestart(async (engine) => engine.poke(), undefined);
  }

  override async alarm(): Promise<void> {
    this.#usage.requests.alarm++;
    await this.#orRestart(async (engine) => engine.alarm(), undefined);
  }

  #objectName(): string {
    const { name } = this.ctx.id;
    assert(name !== undefined, "channels are addressed by name");
    return name;
  }

  /** A throw is a bug: memory may be half changed, so the object starts again from storage. */
  async #orRestart<T>(work: (engine: Engine) => Promise<T>, without: T): Promise<T> {
    if (this.#engine === undefined) return without;
    try {
      return await work(this.#engine);
    } catch (error) {
      this.ctx.abort(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  #identity(): Identity {
    const identity = this.#storage.identity();
    assert(identity !== undefined, "a configured channel has an identity");
    return identity;
  }

  #start(name: string): void {
    this.#engine = new Engine(this.#ports(name), this.#storage);
  }

  #ports(name: string): ChannelPorts {
    const { ctx, env } = this;
    const courier = env.COURIER as unknown as CourierPort;
    const transport = wakeTransport(env);
    return {
      sync: () => ctx.storage.sync(),
      now: () => Date.now(),
      random: () => Math.random(),
      schedule: (delayMs, work) => {
        const timer = setTimeout(work, delayMs);
        return () => clearTimeout(timer);
      },
      setAlarm: (atMs) => {
        this.#usage.alarmsSet++;
        void ctx.storage.setAlarm(atMs);
      },
      wake: (lane) => {
        const run = transport({ channel: name, lane }, () => courier.run(name as ChannelName, lane));
        if (run === undefined) this.#usage.queueMessages++;
        else this.#usage.directWakeUps++;
        return run;
      },
      abort: (reason) => ctx.abort(reason),
      log: (record) => console.log(JSON.stringify({ channel: name, ...record })),
    };
  }
}

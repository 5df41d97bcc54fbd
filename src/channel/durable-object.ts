/** The Durable Object of a channel: gives its host the runtime's storage, clock and alarm, and passes every call on. */
import { DurableObject } from "cloudflare:workers";
import migration0001 from "../../migrations/channel/0001-channel.sql";
import assert from "../core/assert.ts";
import type { ChannelName } from "../core/channel-name.ts";
import type {
  AppendRequest,
  ChannelConfiguration,
  ChannelPort,
  CourierPort,
  LeaseRequest,
  OperatorAnswer,
  OperatorRequest,
} from "../core/channel-protocol.ts";
import type { Env } from "../environment.ts";
import { durableSql } from "../platform/durable-sql.ts";
import { wakeTransport } from "../platform/wake-up.ts";
import { ChannelHost, type HostPorts } from "./host.ts";
import { newUsage, type Usage } from "./usage.ts";

const MIGRATIONS = [migration0001];

export class Channel extends DurableObject<Env> implements ChannelPort {
  readonly #usage = newUsage(Date.now());
  readonly #host: ChannelHost;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#host = new ChannelHost(hostPorts(ctx, env, this.#usage), durableSql(ctx.storage, this.#usage));
  }

  append(request: AppendRequest) {
    this.#usage.requests.append++;
    return this.#host.append(request);
  }

  lease(request: LeaseRequest) {
    this.#usage.requests.lease++;
    return this.#host.lease(request);
  }

  readPart(blob: number, part: number) {
    this.#usage.requests.readPart++;
    return this.#host.readPart(blob, part);
  }

  configure(configuration: ChannelConfiguration) {
    this.#usage.requests.configure++;
    return this.#host.configure(configuration);
  }

  remove(uid: string, version: number) {
    this.#usage.requests.remove++;
    return this.#host.remove(uid, version);
  }

  async operate(request: OperatorRequest): Promise<OperatorAnswer> {
    this.#usage.requests.operate++;
    const answer = await this.#host.operate(request);
    if (request.verb !== "stats" || answer.kind !== "ok") return answer;
    return { kind: "ok", body: { ...answer.body, usage: this.#usage } };
  }

  poke() {
    this.#usage.requests.poke++;
    return this.#host.poke();
  }

  override alarm() {
    this.#usage.requests.alarm++;
    return this.#host.alarm();
  }
}

function hostPorts(ctx: DurableObjectState, env: Env, usage: Usage): HostPorts {
  const courier = env.COURIER as unknown as CourierPort;
  const transport = wakeTransport(env);
  return {
    migrations: MIGRATIONS,
    name: () => {
      const { name } = ctx.id;
      assert(name !== undefined, "channels are addressed by name");
      return name;
    },
    sync: () => ctx.storage.sync(),
    now: () => Date.now(),
    random: () => Math.random(),
    schedule: (delayMs, work) => {
      const timer = setTimeout(work, delayMs);
      return () => clearTimeout(timer);
    },
    setAlarm: (atMs) => {
      usage.alarmsSet++;
      void ctx.storage.setAlarm(atMs);
    },
    deleteAlarm: () => ctx.storage.deleteAlarm(),
    wake: (channel, lane) => {
      const run = transport({ channel, lane }, () => courier.run(channel as ChannelName, lane));
      if (run === undefined) usage.queueMessages++;
      else usage.directWakeUps++;
      return run;
    },
    abort: (reason) => ctx.abort(reason),
    log: (record) => console.log(JSON.stringify(record)),
  };
}

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
  OperatorRequest,
} from "../core/channel-protocol.ts";
import type { Env } from "../environment.ts";
import { durableSql } from "../platform/durable-sql.ts";
import { wakeTransport } from "../platform/wake-up.ts";
import { ChannelHost, type HostPorts } from "./host.ts";

const MIGRATIONS = [migration0001];

export class Channel extends DurableObject<Env> implements ChannelPort {
  readonly #host: ChannelHost;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#host = new ChannelHost(hostPorts(ctx, env), durableSql(ctx.storage));
  }

  append(request: AppendRequest) {
    return this.#host.append(request);
  }

  lease(request: LeaseRequest) {
    return this.#host.lease(request);
  }

  readPart(blob: number, part: number) {
    return this.#host.readPart(blob, part);
  }

  configure(configuration: ChannelConfiguration) {
    return this.#host.configure(configuration);
  }

  remove(uid: string, version: number) {
    return this.#host.remove(uid, version);
  }

  operate(request: OperatorRequest) {
    return this.#host.operate(request);
  }

  poke() {
    return this.#host.poke();
  }

  override alarm() {
    return this.#host.alarm();
  }
}

function hostPorts(ctx: DurableObjectState, env: Env): HostPorts {
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
    setAlarm: (atMs) => void ctx.storage.setAlarm(atMs),
    deleteAlarm: () => ctx.storage.deleteAlarm(),
    wake: (channel, lane) => transport({ channel, lane }, () => courier.run(channel as ChannelName, lane)),
    abort: (reason) => ctx.abort(reason),
    log: (record) => console.log(JSON.stringify(record)),
  };
}

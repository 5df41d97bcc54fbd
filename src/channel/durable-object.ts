/** The Durable Object of a channel: gives its host the runtime's storage, clock and alarm, and passes every call on. */
import { DurableObject } from "cloudflare:workers";
import migration0001 from "../../migrations/channel/0001-channel.sql";
import migration0002 from "../../migrations/channel/0002-parked-expiry.sql";
import migration0003 from "../../migrations/channel/0003-replies.sql";
import type { PackedAppendRequest } from "../core/append-wire.ts";
import assert from "../core/assert.ts";
import type { ChannelName } from "../core/channel-name.ts";
import type { ChannelConfiguration, CourierPort } from "../core/channel-protocol.ts";
import { type ChannelRpc, servedBy } from "../core/channel-rpc.ts";
import type { PackedLeaseRequest } from "../core/lease-wire.ts";
import type { OperatorAnswer, OperatorRequest } from "../core/operator-protocol.ts";
import type { Env } from "../environment.ts";
import { durableSql } from "../platform/durable-sql.ts";
import { objectTimers } from "../platform/timers.ts";
import { wakeTransport } from "../platform/wake-up.ts";
import { ChannelHost, type HostPorts } from "./host.ts";
import { newUsage, type Usage, withUsage } from "./usage.ts";

const MIGRATIONS = [migration0001, migration0002, migration0003];

export class Channel extends DurableObject<Env> implements ChannelRpc {
  readonly #usage = newUsage(Date.now());
  readonly #host: ChannelHost;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#host = new ChannelHost(hostPorts(ctx, env, this.#usage), durableSql(ctx.storage, this.#usage));
  }

  append(request: PackedAppendRequest) {
    return servedBy(this.#called("append")).append(request);
  }

  lease(request: PackedLeaseRequest) {
    return servedBy(this.#called("lease")).lease(request);
  }

  readPart(blob: number, part: number) {
    return this.#called("readPart").readPart(blob, part);
  }

  configure(configuration: ChannelConfiguration) {
    return this.#called("configure").configure(configuration);
  }

  remove(uid: string, version: number) {
    return this.#called("remove").remove(uid, version);
  }

  retire(uid: string, version: number) {
    return this.#called("retire").retire(uid, version);
  }

  async operate(request: OperatorRequest): Promise<OperatorAnswer> {
    return withUsage(request, await this.#called("operate").operate(request), this.#usage);
  }

  poke() {
    return this.#called("poke").poke();
  }

  override alarm() {
    return this.#called("alarm").alarm();
  }

  /** The host, for one more call that is billed. */
  #called(verb: keyof Usage["requests"]): ChannelHost {
    this.#usage.requests[verb]++;
    return this.#host;
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
    schedule: objectTimers().schedule,
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

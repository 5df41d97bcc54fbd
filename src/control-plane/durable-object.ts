/** The one Durable Object that holds all resources: gives the engine its ports. */
import { DurableObject } from "cloudflare:workers";
import migration0001 from "../../migrations/control-plane/0001-control-plane.sql";
import migration0002 from "../../migrations/control-plane/0002-access-tokens.sql";
import migration0003 from "../../migrations/control-plane/0003-types-read.sql";
import migration0004 from "../../migrations/control-plane/0004-change-size.sql";
import migration0005 from "../../migrations/control-plane/0005-object-size.sql";
import type { ChannelName } from "../core/channel-name.ts";
import type { ChannelPort } from "../core/channel-protocol.ts";
import type { IngressLookup } from "../core/ingress-lookup.ts";
import type { WebhookLookup, WebhookSourcePort } from "../core/webhook-source.ts";
import { within } from "../core/within.ts";
import type { Env } from "../environment.ts";
import { durableSql } from "../platform/durable-sql.ts";
import { md5 } from "../platform/md5.ts";
import { serviceBinding } from "../platform/service-bindings.ts";
import { settingsOf } from "../platform/settings.ts";
import { objectTimers } from "../platform/timers.ts";
import { CALL_TIMEOUT_MS } from "./call-timeout.ts";
import { ControlPlaneEngine, type ControlPlanePorts } from "./engine.ts";

const MIGRATIONS = [migration0001, migration0002, migration0003, migration0004, migration0005];

const TOO_LATE = `no answer within ${CALL_TIMEOUT_MS} ms`;

export class ControlPlane extends DurableObject<Env> implements WebhookSourcePort, IngressLookup {
  readonly #engine: ControlPlaneEngine;
  /** When the alarm is known to come, if it is. */
  #alarmAtMs: number | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#engine = new ControlPlaneEngine(this.#ports());
  }

  override async fetch(request: Request): Promise<Response> {
    return this.#engine.api.fetch(request);
  }

  async webhookSource(namespace: string, name: string): Promise<WebhookLookup> {
    return this.#engine.webhookSource(namespace, name);
  }

  async knowsToken(digest: string): Promise<boolean> {
    return this.#engine.knowsToken(digest);
  }

  async hasChannel(name: ChannelName): Promise<boolean> {
    return this.#engine.hasChannel(name);
  }

  async poke(): Promise<void> {
    return this.#engine.poke();
  }

  override async alarm(): Promise<void> {
    this.#alarmAtMs = undefined;
    return this.#engine.alarm();
  }

  #ports(): ControlPlanePorts {
    const { ctx, env } = this;
    const { openAddress, adminToken, encryptionKey, publicUrl } = settingsOf(env);
    const channel = (name: ChannelName): ChannelStub => env.CHANNEL.getByName(name);
    const timers = objectTimers();
    const bounded = <T>(call: Promise<T>): Promise<T> => within(timers, call, CALL_TIMEOUT_MS, TOO_LATE);
    return {
      sql: durableSql(ctx.storage),
      migrations: MIGRATIONS,
      access: {
        ...(openAddress === undefined ? {} : { openAddress }),
        ...(adminToken === undefined ? {} : { adminToken }),
      },
      encryptionKey,
      publicUrl,
      hasBinding: (name) => serviceBinding(env, name) !== undefined,
      now: () => Date.now(),
      newUid: () => crypto.randomUUID(),
      configure: (name, configuration) => bounded(channel(name).configure(configuration)),
      remove: (name, uid, version) => bounded(channel(name).remove(uid, version)),
      retire: (name, uid, version) => bounded(channel(name).retire(uid, version)),
      operate: (name, request) => bounded(channel(name).operate(request)),
      poke: (name) => bounded(channel(name).poke()),
      md5,
      durable: () => ctx.storage.sync(),
      schedule: timers.schedule,
      random: Math.random,
      alarm: { atLatest: (atMs) => this.#alarmAtLatest(atMs), exactly: (atMs) => this.#alarmExactly(atMs) },
      log: (line) => console.log(JSON.stringify(line)),
    };
  }

  /** An alarm that should have come by now is not believed in any more. */
  #alarmAtLatest(atMs: number): void {
    const known = this.#alarmAtMs;
    if (known === undefined || known <= Date.now() || known > atMs) this.#alarmExactly(atMs);
  }

  #alarmExactly(atMs: number | undefined): void {
    this.#alarmAtMs = atMs === undefined ? undefined : Math.max(atMs, Date.now() + 1);
    void (this.#alarmAtMs === undefined ? this.ctx.storage.deleteAlarm() : this.ctx.storage.setAlarm(this.#alarmAtMs));
  }
}

type ChannelStub = Pick<ChannelPort, "configure" | "remove" | "retire" | "operate"> & { poke(): Promise<void> };

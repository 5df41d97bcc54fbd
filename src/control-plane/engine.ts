/** The control plane put together, over ports alone: storage, clock, calls to channels, an alarm. */
import type { Hono } from "hono";
import type { ChannelName } from "../core/channel-name.ts";
import type { ChannelConfiguration, ConfigureAnswer, RetireAnswer } from "../core/channel-protocol.ts";
import type { OperatorAnswer, OperatorRequest } from "../core/operator-protocol.ts";
import type { SqlStore } from "../core/sql-store.ts";
import type { WebhookLookup } from "../core/webhook-source.ts";
import type { AccessSettings } from "./access/authenticate.ts";
import { SYSTEM_NAMESPACE } from "./access/user.ts";
import { createApi } from "./api/api.ts";
import { namespaceKind } from "./kinds/core/namespace.ts";
import { logError } from "./log-error.ts";
import { type Alarm, Reconciler } from "./reconcile/reconcile.ts";
import { NAMESPACES, qualified } from "./resource-names.ts";
import { admitCreate } from "./resources/admission.ts";
import { timestamp } from "./resources/metadata.ts";
import { PERMANENT_NAMESPACES } from "./resources/permanent-namespaces.ts";
import { Resources } from "./resources/resources.ts";
import { KnownChannels } from "./store/known-channels.ts";
import { migrate } from "./store/migrate.ts";
import { ObjectStore } from "./store/object-store.ts";
import { PublicUrl } from "./store/public-url.ts";
import { SecretSealer } from "./store/secret-sealer.ts";
import { WatchHub } from "./watch/watch-hub.ts";
import { lookUpWebhookSource } from "./webhooks/webhook-lookup.ts";

export interface ControlPlanePorts {
  readonly sql: SqlStore;
  readonly migrations: readonly string[];
  readonly access: AccessSettings;
  /** 32 bytes in base64; without it Secrets are refused. */
  readonly encryptionKey: string | undefined;
  readonly publicUrl: string | undefined;
  /** Whether a Worker is bound to the router under this name; it does not change while this runs. */
  readonly hasBinding: (name: string) => boolean;
  readonly now: () => number;
  readonly newUid: () => string;
  /** Ends within a bounded time, by failing if need be; as the other calls to channels. */
  readonly configure: (name: ChannelName, configuration: ChannelConfiguration) => Promise<ConfigureAnswer>;
  readonly remove: (name: ChannelName, uid: string, version: number) => Promise<void>;
  readonly retire: (name: ChannelName, uid: string, version: number) => Promise<RetireAnswer>;
  readonly operate: (name: ChannelName, request: OperatorRequest) => Promise<OperatorAnswer>;
  readonly poke: (name: ChannelName) => Promise<void>;
  /** MD5 of the text's UTF-8, in hex: for names, as Knative makes them. */
  readonly md5: (text: string) => Promise<string>;
  /** Calls `alarm`. */
  readonly alarm: Alarm;
  /** Resolves when everything written so far would survive a crash. */
  readonly durable: () => Promise<void>;
  /** Calls back after that time unless cancelled; nothing that must happen depends on it. */
  readonly schedule: (delayMs: number, work: () => void) => () => void;
  /** At least 0, below 1. */
  readonly random: () => number;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

export class ControlPlaneEngine {
  readonly api: Hono;
  readonly #reconciler: Reconciler;
  readonly #store: ObjectStore;
  readonly #channels: KnownChannels;
  readonly #sealer: SecretSealer;
  readonly #ports: ControlPlanePorts;

  constructor(ports: ControlPlanePorts) {
    this.#ports = ports;
    migrate(ports.sql, ports.migrations);
    const store = new ObjectStore(ports.sql, ports.now);
    const watches = new WatchHub({ ...ports, store });
    const sealer = new SecretSealer(ports.encryptionKey);
    const url = new PublicUrl(ports.sql, ports.publicUrl);
    const channels = new KnownChannels(ports.sql);
    const reconciler = new Reconciler({ ...ports, store, channels, publicUrl: () => url.get() });
    // Tokens of the system namespace hold in all of them.
    const changed = (namespace: string) =>
      namespace === SYSTEM_NAMESPACE ? reconciler.changedEverywhere() : reconciler.changed(namespace);
    const resources = new Resources({ store, sealer, now: ports.now, newUid: ports.newUid, watches, changed });
    for (const name of PERMANENT_NAMESPACES) ensureNamespace(name, store, ports);
    if (url.takeChange()) reconciler.changedEverywhere();
    this.#store = store;
    this.#channels = channels;
    this.#sealer = sealer;
    this.#reconciler = reconciler;
    this.api = createApi({
      ...ports,
      store,
      watches,
      resources,
      channelsOf: (namespace) => channels.in(namespace),
      acknowledged: (channel) => channels.acknowledgement(channel),
      reachedAt: (origin) => {
        if (url.reachedAt(origin)) reconciler.changedEverywhere();
      },
    });
  }

  /** Never fails: what goes wrong is logged and made up for by the next alarm, which is armed first of all. */
  async alarm(): Promise<void> {
    try {
      await this.#reconciler.run();
    } catch (error) {
      logError(this.#ports, error);
    }
  }

  /** For a cron: pokes every channel, and makes up for an alarm of our own that got lost. */
  async poke(): Promise<void> {
    await this.#reconciler.pokeForCron();
    await this.alarm();
  }

  knowsToken(digest: string): boolean {
    return this.#store.tokens.find(digest) !== undefined;
  }

  /** A channel is known from before its first configuration reaches it. */
  hasChannel(name: ChannelName): boolean {
    return this.#channels.get(name)?.removing === false;
  }

  async webhookSource(namespace: string, name: string): Promise<WebhookLookup> {
    return lookUpWebhookSource(namespace, name, {
      store: this.#store,
      channels: this.#channels,
      sealer: this.#sealer,
      hasBinding: this.#ports.hasBinding,
    });
  }
}

function ensureNamespace(name: string, store: ObjectStore, ports: ControlPlanePorts): void {
  const key = { resource: qualified(NAMESPACES), namespace: "", name };
  if (store.get(key) !== undefined) return;
  const bare = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  const identity = { uid: ports.newUid(), creationTimestamp: timestamp(ports.now()) };
  store.insert(key, { body: admitCreate(namespaceKind, bare, identity), sealed: undefined });
}

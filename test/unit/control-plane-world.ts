/** A control plane on node:sqlite with a clock that stands still and channels that are maps. */
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { AccessSettings } from "../../src/control-plane/access/authenticate.ts";
import { ControlPlaneEngine } from "../../src/control-plane/engine.ts";
import type { ChannelConfiguration, RetireAnswer } from "../../src/core/channel-protocol.ts";
import type { OperatorAnswer, OperatorRequest } from "../../src/core/operator-protocol.ts";
import { CONTROL_PLANE_MIGRATIONS } from "../kit/control-plane-migrations.ts";
import { nodeSql } from "../kit/node-sql.ts";
import { VirtualClock } from "../kit/virtual-clock.ts";

export const KEY = Buffer.alloc(32, 7).toString("base64");
const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

/** What answers may hold; each test knows which of it its answer has. */
export interface AnswerBody {
  readonly apiVersion: string;
  readonly kind: string;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details: { readonly causes: readonly { readonly reason: string; readonly field: string }[] };
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly continue: string;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly object[];
    readonly managedFields?: readonly AnsweredEntry[];
  };
  readonly spec: {
    readonly delivery: { readonly retry: number };
    readonly delivry: unknown;
    readonly subscriber: { readonly ref: { readonly namespace: string } };
  };
  readonly data: unknown;
  readonly stringData: unknown;
  readonly status: AnsweredStatus;
  readonly items: readonly AnswerBody[];
}

export interface AnsweredEntry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly time: string;
  readonly fieldsV1: object;
}

export interface AnsweredStatus {
  readonly observedGeneration: number;
  readonly subscriberUri: string;
  readonly deadLetterSinkUri: string;
  readonly sinkUri: string;
  readonly webhookUrl: string;
  readonly ceAttributes: unknown;
  readonly address: { readonly url: string };
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime: string;
}

export interface Answer {
  readonly code: number;
  readonly body: AnswerBody;
  readonly headers: Headers;
}

export interface WorldOptions {
  readonly access?: AccessSettings;
  readonly encryptionKey?: string;
  readonly publicUrl?: string | undefined;
  readonly bindings?: readonly string[];
  /** Of an earlier world; a new one when absent. */
  readonly database?: DatabaseSync;
}

export class World {
  readonly database: DatabaseSync;
  nowMs = START_MS;
  alarmAtMs: number | undefined;
  /** Calls to channels, in order. */
  readonly calls: string[] = [];
  readonly configured = new Map<string, ChannelConfiguration>();
  readonly operations: (OperatorRequest & { channel: string })[] = [];
  operatorAnswer: OperatorAnswer = { kind: "ok", body: { fine: true } };
  /** What channels answer that are to be retired. */
  retirement: RetireAnswer = { kind: "retired" };
  /** Thrown by calls to channels while set. */
  failure: string | undefined;
  /** Calls to the channels of this namespace fail after 10 s, while set. */
  hanging: string | undefined;
  /** Done once, while the next call to a channel is under way. */
  meanwhile: (() => Promise<unknown>) | undefined;
  /** Thrown instead of confirming that writes are durable, while set. */
  storageFailure: string | undefined;
  /** Of watches alone; it moves by `timers.advance`. */
  readonly timers = new VirtualClock(START_MS);
  readonly lines: string[] = [];
  engine: ControlPlaneEngine;
  #uids = 0;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions = {}) {
    this.database = options.database ?? new DatabaseSync(":memory:");
    this.#options = { access: { adminToken: "t" }, publicUrl: "http://sluice.test", ...options };
    this.engine = this.#start();
  }

  /** A crash: what was in memory is gone. */
  restart(): void {
    this.engine = this.#start();
  }

  /** Lets the alarm go off until only the next poke is left. */
  async settle(): Promise<void> {
    for (let rounds = 0; rounds < 10; rounds++) {
      if (this.alarmAtMs === undefined || this.alarmAtMs > this.nowMs + 1000) return;
      this.nowMs = Math.max(this.nowMs, this.alarmAtMs);
      this.alarmAtMs = undefined;
      await this.engine.alarm();
    }
    throw new Error("the control plane does not come to rest");
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const response = await this.engine.api.request(`http://sluice.test${path}`, {
      method,
      headers: { authorization: "Bearer t", ...(body === undefined ? {} : { "content-type": type }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { code: response.status, body: JSON.parse(await response.text()), headers: response.headers };
  }

  /** Calls that hang at the same time cost that time once. */
  async #reach(channel: string, call: string): Promise<void> {
    this.calls.push(call);
    const work = this.meanwhile;
    this.meanwhile = undefined;
    await work?.();
    if (channel.split("/")[0] === this.hanging) {
      const untilMs = this.nowMs + 10_000;
      await Promise.resolve();
      this.nowMs = Math.max(this.nowMs, untilMs);
      throw new Error("no answer");
    }
    if (this.failure !== undefined) throw new Error(this.failure);
  }

  #start(): ControlPlaneEngine {
    const sql = nodeSql(this.database);
    return new ControlPlaneEngine({
      sql,
      migrations: CONTROL_PLANE_MIGRATIONS,
      access: this.#options.access ?? {},
      encryptionKey: this.#options.encryptionKey,
      publicUrl: this.#options.publicUrl,
      hasBinding: (name) => this.#options.bindings?.includes(name) === true,
      now: () => this.nowMs,
      newUid: () => `00000000-0000-4000-8000-${String(++this.#uids).padStart(12, "0")}`,
      configure: async (name, configuration) => {
        await this.#reach(name, `configure ${name}`);
        const stored = this.configured.get(name);
        if (stored !== undefined && stored.version > configuration.version) return stored;
        this.configured.set(name, configuration);
        return configuration;
      },
      remove: async (name, uid) => {
        await this.#reach(name, `remove ${name} ${uid}`);
        this.configured.delete(name);
      },
      retire: async (name, uid) => {
        await this.#reach(name, `retire ${name} ${uid}`);
        const answer = this.retirement;
        if (answer.kind === "retired") this.configured.delete(name);
        return answer;
      },
      operate: async (channel, request) => {
        this.operations.push({ ...request, channel });
        await this.#reach(channel, `${request.verb} ${channel}`);
        return this.operatorAnswer;
      },
      poke: (name) => this.#reach(name, `poke ${name}`),
      md5: async (text) => createHash("md5").update(text).digest("hex"),
      alarm: {
        atLatest: (atMs) => {
          this.alarmAtMs = Math.min(this.alarmAtMs ?? atMs, atMs);
        },
        exactly: (atMs) => {
          this.alarmAtMs = atMs;
        },
      },
      durable: async () => {
        if (this.storageFailure !== undefined) throw new Error(this.storageFailure);
      },
      schedule: this.timers.schedule,
      random: () => 0.5,
      log: (line) => void this.lines.push(JSON.stringify(line)),
    });
  }
}

export const BROKERS = "/apis/eventing.knative.dev/v1/namespaces/default/brokers";
export const TRIGGERS = "/apis/eventing.knative.dev/v1/namespaces/default/triggers";
export const SOURCES = "/apis/sources.knative.dev/v1alpha1/namespaces/default/githubsources";
export const SECRETS = "/api/v1/namespaces/default/secrets";

export function broker(name: string, spec: object = {}, metadata: object = {}): object {
  return { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name, ...metadata }, spec };
}

export function trigger(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Trigger",
    metadata: { name, ...metadata },
    spec: { broker: "b", subscriber: { uri: "http://sink.test/x" }, ...spec },
  };
}

export function secret(name: string, stringData: object, metadata: object = {}): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, ...metadata }, stringData };
}

/** `{ Ready: "False SomeReason" }` */
export function conditions(object: { readonly status?: AnsweredStatus }): Readonly<Record<string, string>> {
  const entries = (object.status?.conditions ?? []).map(({ type, status, reason }) => [
    type,
    reason === undefined ? status : `${status} ${reason}`,
  ]);
  return Object.fromEntries(entries);
}

export function entriesIn(answer: Answer): readonly AnsweredEntry[] {
  return answer.body.metadata.managedFields ?? [];
}

/** `kubectl Apply`, `sluice-controller Update status` */
export function managersIn(answer: Answer): readonly string[] {
  return entriesIn(answer).map(({ manager, operation, subresource }) =>
    [manager, operation, ...(subresource === undefined ? [] : [subresource])].join(" "),
  );
}

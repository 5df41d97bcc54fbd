/** Channels, Subscriptions and flows in a World: their manifests, their paths, and how their channels are configured. */
import type { SubscriptionConfiguration, Target } from "../../src/core/channel-protocol.ts";
import { type AnswerBody, conditions, World } from "./control-plane-world.ts";

export const MESSAGING = "/apis/messaging.knative.dev/v1/namespaces/default";
export const FLOWS = "/apis/flows.knative.dev/v1/namespaces/default";

export type FlowKind = "Channel" | "InMemoryChannel" | "Subscription" | "Sequence" | "Parallel";

export function url(path: string): { readonly uri: string } {
  return { uri: `http://sink.test/${path}` };
}

export function ref(kind: FlowKind, name: string) {
  const group = kind === "Sequence" || kind === "Parallel" ? "flows" : "messaging";
  return { ref: { apiVersion: `${group}.knative.dev/v1`, kind, name } };
}

export function channelRef(kind: "Channel" | "InMemoryChannel", name: string) {
  return ref(kind, name).ref;
}

export class FlowWorld extends World {
  async create(kind: FlowKind, name: string, spec: object = {}, metadata: object = {}): Promise<AnswerBody> {
    const apiVersion = ref(kind, name).ref.apiVersion;
    const { code, body } = await this.request("POST", collection(kind), {
      apiVersion,
      kind,
      metadata: { name, ...metadata },
      spec,
    });
    if (code !== 201) throw new Error(`${kind} ${name} was not created: ${body.message}`);
    return body;
  }

  async get(kind: FlowKind, name: string): Promise<AnswerBody> {
    return (await this.request("GET", `${collection(kind)}/${name}`)).body;
  }

  async patch(kind: FlowKind, name: string, spec: object): Promise<void> {
    const { code, body } = await this.request("PATCH", `${collection(kind)}/${name}`, { spec });
    if (code !== 200) throw new Error(`${kind} ${name} was not patched: ${body.message}`);
    await this.settle();
  }

  async delete(kind: FlowKind, name: string): Promise<void> {
    await this.request("DELETE", `${collection(kind)}/${name}`);
    await this.settle();
  }

  async names(kind: FlowKind): Promise<readonly string[]> {
    const { body } = await this.request("GET", collection(kind));
    return body.items.map(({ metadata }) => metadata.name);
  }

  async ready(kind: FlowKind, name: string): Promise<string | undefined> {
    return conditions(await this.get(kind, name)).Ready;
  }

  /** `name: subscriber > reply` of each subscription of a channel. */
  routes(channel: string): readonly string[] | undefined {
    return this.configured.get(channel)?.subscriptions.map((each) => `${each.name}: ${route(each)}`);
  }

  /** Time passes, and what comes due meanwhile happens. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    while (this.alarmAtMs !== undefined && this.alarmAtMs <= untilMs) {
      this.nowMs = Math.max(this.nowMs, this.alarmAtMs);
      this.alarmAtMs = undefined;
      await this.engine.alarm();
    }
    this.nowMs = untilMs;
  }
}

function collection(kind: FlowKind): string {
  const plural = `${kind.toLowerCase()}s`;
  return `${kind === "Sequence" || kind === "Parallel" ? FLOWS : MESSAGING}/${plural}`;
}

function route({ subscriber, reply, paused }: SubscriptionConfiguration): string {
  const answer = reply.kind === "target" ? ` > ${shown(reply.target)}` : reply.kind === "none" ? "" : " > itself";
  return paused ? "paused" : shown(subscriber) + answer;
}

function shown(target: Target): string {
  return target.kind === "channel" ? target.name : target.url;
}

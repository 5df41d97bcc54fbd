/** The Broker and the Triggers of a crash run. */
import type { Resource } from "../kit/apply.ts";
import { EVENT_TYPE, REPLY_TYPE } from "./event.ts";
import { TRIGGERS, type TriggerName } from "./evidence.ts";

export const BROKER = "crash";

/**
 * Retries outlive any number of kills; short pauses keep many deliveries between two attempts. The timeout is longer than
 * a router on a busy machine takes to read an answer: a delivery that times out comes again without a kill to excuse it.
 */
const DELIVERY = { retry: 200, backoffPolicy: "linear", backoffDelay: "PT0.05S", backoffMax: "PT1S", timeout: "PT2M" };

const ANNOTATIONS: Partial<Record<TriggerName, Record<string, string>>> = {
  ordered: { "sluice.dev/ordering": "ordered" },
};

export function crashManifests(subscribersUrl: string): readonly Resource[] {
  const broker = {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Broker",
    metadata: { name: BROKER, namespace: "default" },
    spec: { delivery: DELIVERY },
  };
  return [broker, ...TRIGGERS.map((trigger) => triggerManifest(trigger, subscribersUrl))];
}

function triggerManifest(trigger: TriggerName, subscribersUrl: string): Resource {
  const metadata = { name: trigger, namespace: "default", annotations: ANNOTATIONS[trigger] ?? {} };
  return {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Trigger",
    metadata,
    spec: {
      broker: BROKER,
      filter: { attributes: { type: trigger === "replies" ? REPLY_TYPE : EVENT_TYPE } },
      subscriber: { uri: `${subscribersUrl}/${trigger}` },
    },
  };
}

/** The Broker and the Triggers of a prober run; the Broker comes first. */
import type { Resource } from "../kit/apply.ts";
import { EVENT_TYPE } from "./event.ts";
import { TRIGGERS, type TriggerName } from "./evidence.ts";

/** Retries outlive a tunnel that is gone for minutes; the pauses stay short, so that a run ends soon after an outage. */
const DELIVERY = { retry: 200, backoffPolicy: "linear", backoffDelay: "PT0.1S", backoffMax: "PT2S", timeout: "PT10S" };

export interface ManifestOptions {
  /** Unique name of the run, also the Broker's. */
  readonly run: string;
  readonly namespace: string;
  /** Where the router reaches the prober's subscribers, without a slash at the end. */
  readonly sinkUrl: string;
}

export function proberManifests(options: ManifestOptions): readonly Resource[] {
  const { run, namespace } = options;
  const broker = {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Broker",
    metadata: { name: run, namespace },
    spec: { delivery: DELIVERY },
  };
  return [broker, ...TRIGGERS.map((trigger) => triggerManifest(trigger, options))];
}

export function triggerResourceName(run: string, trigger: TriggerName): string {
  return `${run}-${trigger}`;
}

/** Hard to guess, so that nobody else's requests are taken for deliveries. */
export function subscriberPath(run: string, trigger: TriggerName): string {
  return `/${run}/${trigger}`;
}

function triggerManifest(trigger: TriggerName, { run, namespace, sinkUrl }: ManifestOptions): Resource {
  const annotations = trigger === "ordered" ? { "sluice.dev/ordering": "ordered" } : {};
  return {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Trigger",
    metadata: { name: triggerResourceName(run, trigger), namespace, annotations },
    spec: {
      broker: run,
      filter: { attributes: { type: EVENT_TYPE } },
      subscriber: { uri: sinkUrl + subscriberPath(run, trigger) },
    },
  };
}

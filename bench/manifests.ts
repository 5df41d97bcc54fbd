/** The Broker and Triggers of a row, or its Sequence. */
import type { Resource } from "../test/kit/apply.ts";
import { EVENT_TYPE } from "./load/event.ts";

export const BROKER = "bench";

/** The Sequence of a row. */
export const SEQUENCE = "bench-steps";

export type Annotations = Readonly<Record<string, string>>;

export function broker(annotations: Annotations): Resource {
  const metadata = { name: BROKER, namespace: "default", annotations };
  return { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata };
}

export interface TriggerOptions {
  /** Its number among the row's Triggers, and its path at the sink. */
  readonly number: number;
  readonly sinkUrl: string;
  /** `all`: no filter; `own` and `other`: a filter on the type that passes all events, or none. */
  readonly matches: "all" | "own" | "other";
  readonly annotations?: Annotations;
}

export function trigger({ number, sinkUrl, matches, annotations = {} }: TriggerOptions): Resource {
  const type = matches === "own" ? EVENT_TYPE : `com.example.other.${number}`;
  return {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Trigger",
    metadata: { name: `trigger-${number}`, namespace: "default", annotations },
    spec: {
      broker: BROKER,
      ...(matches === "all" ? {} : { filter: { attributes: { type } } }),
      subscriber: { uri: `${sinkUrl}/${number}` },
    },
  };
}

/** Every step but the last answers with an event of the same id: see the paths of the sink. */
export function sequence(steps: number, sinkUrl: string): Resource {
  const paths = Array.from({ length: steps }, (_, step) => (step < steps - 1 ? `/${step}r` : `/${step}`));
  return {
    apiVersion: "flows.knative.dev/v1",
    kind: "Sequence",
    metadata: { name: SEQUENCE, namespace: "default" },
    spec: { steps: paths.map((path) => ({ uri: `${sinkUrl}${path}` })) },
  };
}

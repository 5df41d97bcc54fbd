/** The Broker and the Triggers of a soak. */
import type { Resource } from "../kit/apply.ts";
import { FAILING_ATTRIBUTE, SLOW_ATTRIBUTE } from "./shares.ts";

export const BROKER = "soak";
/** Each is also the path its subscriber listens on. */
export const HEALTHY = "healthy";
export const SLOW = "slow";
export const FAILING = "failing";
export const DEAD_LETTERS = "dead-letters";

export const RETENTION_MINUTES = 2;
export const FAILING_ATTEMPTS = 3;

const API = "eventing.knative.dev/v1";

/** Without the Triggers beside the healthy one. */
export function healthyManifests(subscribersUrl: string): readonly Resource[] {
  return soakManifests(subscribersUrl).slice(0, 2);
}

/** The Broker first, then the healthy Trigger. */
export function soakManifests(subscribersUrl: string): readonly Resource[] {
  // Short, so that the disk stays bounded and retention works through the whole run.
  const annotations = { "sluice.dev/retention": `PT${RETENTION_MINUTES}M` };
  const broker = { apiVersion: API, kind: "Broker", metadata: { name: BROKER, annotations }, spec: {} };
  const trigger = (name: string, attributes: Readonly<Record<string, string>>, more: Partial<TriggerParts> = {}) => ({
    apiVersion: API,
    kind: "Trigger",
    metadata: { name, annotations: more.annotations ?? {} },
    spec: {
      broker: BROKER,
      filter: { attributes },
      subscriber: { uri: `${subscribersUrl}/${name}` },
      ...(more.delivery === undefined ? {} : { delivery: more.delivery }),
    },
  });
  return [
    broker,
    trigger(HEALTHY, {}),
    trigger(SLOW, { [SLOW_ATTRIBUTE]: "yes" }),
    trigger(
      FAILING,
      { [FAILING_ATTRIBUTE]: "yes" },
      {
        // The breaker would let one event through in a minute. What waits behind it holds the log back, so that after
        // half an hour it would be the disk that is measured.
        annotations: { "sluice.dev/breaker-failures": "999999999" },
        delivery: {
          retry: FAILING_ATTEMPTS - 1,
          backoffPolicy: "linear",
          backoffDelay: "PT0.1S",
          deadLetterSink: { uri: `${subscribersUrl}/${DEAD_LETTERS}` },
        },
      },
    ),
  ];
}

interface TriggerParts {
  readonly annotations: Readonly<Record<string, string>>;
  readonly delivery: Readonly<Record<string, unknown>>;
}

/** Names of the resources that refer to each other; their kinds are in `kinds/`. */
import type { ResourceName } from "./resources/refusal.ts";

export const NAMESPACES: ResourceName = { group: "", plural: "namespaces" };
export const SECRETS: ResourceName = { group: "", plural: "secrets" };
export const EVENTS: ResourceName = { group: "", plural: "events" };
export const BROKERS: ResourceName = { group: "eventing.knative.dev", plural: "brokers" };
export const TRIGGERS: ResourceName = { group: "eventing.knative.dev", plural: "triggers" };
export const GITHUB_SOURCES: ResourceName = { group: "sources.knative.dev", plural: "githubsources" };

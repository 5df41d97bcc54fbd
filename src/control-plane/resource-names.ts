/** Names that more than one room has to say: of resources that refer to each other, whose kinds are in `kinds/`, and of groups. */

/** What names a kind of resource. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
}

/** `brokers.eventing.knative.dev`, `secrets`. */
export function qualified(resource: ResourceName): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** The group of the operator API: what is asked of channels in the name of a resource. */
export const OPERATOR_GROUP = "sluice.dev";

/** Where Knative keeps its own settings. */
export const KNATIVE_NAMESPACE = "knative-eventing";

export const NAMESPACES: ResourceName = { group: "", plural: "namespaces" };
export const SECRETS: ResourceName = { group: "", plural: "secrets" };
export const CONFIG_MAPS: ResourceName = { group: "", plural: "configmaps" };
export const SERVICE_ACCOUNTS: ResourceName = { group: "", plural: "serviceaccounts" };
export const SERVICES: ResourceName = { group: "", plural: "services" };
export const EVENTS: ResourceName = { group: "", plural: "events" };
export const BROKERS: ResourceName = { group: "eventing.knative.dev", plural: "brokers" };
export const TRIGGERS: ResourceName = { group: "eventing.knative.dev", plural: "triggers" };
export const EVENT_TYPES: ResourceName = { group: "eventing.knative.dev", plural: "eventtypes" };
export const EVENT_POLICIES: ResourceName = { group: "eventing.knative.dev", plural: "eventpolicies" };
export const EVENT_TRANSFORMS: ResourceName = { group: "eventing.knative.dev", plural: "eventtransforms" };
export const REQUEST_REPLIES: ResourceName = { group: "eventing.knative.dev", plural: "requestreplies" };
export const CHANNELS: ResourceName = { group: "messaging.knative.dev", plural: "channels" };
export const IN_MEMORY_CHANNELS: ResourceName = { group: "messaging.knative.dev", plural: "inmemorychannels" };
export const SUBSCRIPTIONS: ResourceName = { group: "messaging.knative.dev", plural: "subscriptions" };
export const SEQUENCES: ResourceName = { group: "flows.knative.dev", plural: "sequences" };
export const PARALLELS: ResourceName = { group: "flows.knative.dev", plural: "parallels" };
export const GITHUB_SOURCES: ResourceName = { group: "sources.knative.dev", plural: "githubsources" };

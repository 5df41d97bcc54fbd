/** Names of channel objects: `{namespace}/{kind}/{name}` in lower case, `default/broker/default`. */

export type ChannelName = string & { readonly __brand: "ChannelName" };

/** A DNS label or subdomain as Kubernetes allows for names: at most 253 characters. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Kinds that have a channel; to all but a `source` events can be posted. */
export const ADDRESSABLE_KINDS = [
  "broker",
  "channel",
  "inmemorychannel",
  "sequence",
  "parallel",
  "requestreply",
  "eventtransform",
  "source",
] as const;

export type AddressableKind = (typeof ADDRESSABLE_KINDS)[number];

/** The object name, or undefined where namespace or name is none that a resource can have. */
export function parseChannelName(namespace: string, kind: AddressableKind, name: string): ChannelName | undefined {
  if (!NAME.test(namespace) || !NAME.test(name)) return undefined;
  return `${namespace}/${kind}/${name}` as ChannelName;
}

/** The middle of the name: a kind, as long as it was made by `parseChannelName`. */
export function kindOfChannel(name: ChannelName): string {
  return name.split("/")[1] ?? "";
}

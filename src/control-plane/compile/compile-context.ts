/** What compiling one object may look at, and what it gives. Pure data and look-ups: no clock, no storage. */
import type { ChannelName } from "../../core/channel-name.ts";
import type { ChannelConfiguration } from "../../core/channel-protocol.ts";
import type { ResourceName } from "../resource-names.ts";
import type { JsonObject } from "../resources/json.ts";
import type { Part, RefusedPart } from "./part.ts";

/** A configuration before it has a version; the hash covers everything else in it. */
export type UnversionedConfiguration = Omit<ChannelConfiguration, "version">;

/** A configuration as far as it has to be told from others: hashes (see `configuration-hash.ts`). */
export interface AcknowledgedConfiguration {
  readonly uid: string;
  /** Of the whole. */
  readonly hash: string;
  /** Of everything but the subscriptions and the ingress. */
  readonly settings: string;
  /** Of each subscription, by its uid. */
  readonly subscriptions: Readonly<Record<string, string>>;
}

/** What the data plane is known to run for a channel. */
export interface Acknowledgement {
  /** The last configuration the channel acknowledged, if any. */
  readonly configuration: AcknowledgedConfiguration | undefined;
  /** Why the latest push failed, while it does. */
  readonly failure: string | undefined;
}

export interface CompileContext {
  /** Base of every address, without a trailing slash. */
  readonly publicUrl: string;
  /** The time new transitions get, as Kubernetes writes it. */
  readonly now: string;
  find(resource: ResourceName, namespace: string, name: string): JsonObject | undefined;
  /** The resource that objects of this kind are found under; undefined when no such kind is served. */
  resourceOf(group: string, kind: string): ResourceName | undefined;
  /** What the status of this object will be; for one of another namespace, or of a circle, the one it has. */
  statusOf(resource: ResourceName, namespace: string, name: string): JsonObject | undefined;
  /** Objects of one resource in the namespace that is compiled, by name. */
  list(resource: ResourceName): readonly JsonObject[];
  acknowledged(channel: ChannelName): Acknowledgement;
  /** Whether a Worker is bound to the router under this name. */
  hasBinding(name: string): boolean;
  /** What an object of this resource is made of; undefined for kinds that are made of nothing. */
  partsOf(resource: ResourceName, object: JsonObject): readonly Part[] | undefined;
  /** A part of the namespace that is compiled, if it could not be written. */
  refusedPart(resource: ResourceName, name: string): RefusedPart | undefined;
}

export interface WebhookSourceConfiguration {
  readonly sourceUid: string;
  readonly channel: ChannelName;
  readonly ownerAndRepository: string;
  readonly overrides: Readonly<Record<string, string>>;
  readonly secret: { readonly name: string; readonly key: string };
}

export interface Compiled {
  readonly status: JsonObject;
  readonly channel?: { readonly name: ChannelName; readonly configuration: UnversionedConfiguration };
  /** Only of a source that could take events: its sink and its secret are there. */
  readonly source?: WebhookSourceConfiguration;
}

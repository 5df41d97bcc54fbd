/**
 * The compiler: the manifests of one namespace in, the configuration of every channel, the webhook sources and the status
 * of every resource out. Pure; run twice with the same input it gives the same output.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import type { ResourceName } from "../resource-names.ts";
import { type JsonObject, objectAt, sameJson } from "../resources/json.ts";
import { nameOf } from "../resources/metadata.ts";
import { channelIngress } from "./channel-ingress.ts";
import type { Acknowledgement, UnversionedConfiguration, WebhookSourceConfiguration } from "./compile-context.ts";
import { withHash } from "./configuration-hash.ts";
import { NamespaceContext } from "./namespace-context.ts";
import type { RefusedPart } from "./part.ts";

/** A stored object with the name of its resource, as `brokers.eventing.knative.dev`. */
export interface Manifest {
  readonly resource: string;
  readonly object: JsonObject;
}

export interface CompileInput {
  readonly namespace: string;
  readonly manifests: readonly Manifest[];
  /** Digests of the tokens that may post to the namespace's channels. */
  readonly publishers: readonly string[];
  /** Parts that could not be written. */
  readonly refusedParts: readonly RefusedPart[];
  readonly publicUrl: string;
  readonly now: string;
  /** Looks up an object of another namespace. */
  readonly findElsewhere: (resource: ResourceName, namespace: string, name: string) => JsonObject | undefined;
  readonly acknowledged: (channel: ChannelName) => Acknowledgement;
  readonly hasBinding: (name: string) => boolean;
}

export interface CompiledNamespace {
  readonly channels: ReadonlyMap<ChannelName, UnversionedConfiguration>;
  /** By name of the source. */
  readonly sources: ReadonlyMap<string, WebhookSourceConfiguration>;
  /** Statuses that differ from the one the object has. */
  readonly statuses: readonly { readonly manifest: Manifest; readonly status: JsonObject }[];
}

export function compileNamespace(input: CompileInput): CompiledNamespace {
  const context = new NamespaceContext(input);
  const channels = new Map<ChannelName, UnversionedConfiguration>();
  const sources = new Map<string, WebhookSourceConfiguration>();
  const statuses: { manifest: Manifest; status: JsonObject }[] = [];
  for (const manifest of input.manifests) {
    const compiled = context.compile(manifest);
    if (compiled === undefined) continue;
    if (compiled.channel !== undefined) {
      // Here, and not by each kind, so that no channel is left open.
      const ingress = channelIngress(manifest.object, input.publishers);
      channels.set(compiled.channel.name, withHash({ ...compiled.channel.configuration, ingress }));
    }
    if (compiled.source !== undefined) sources.set(nameOf(manifest.object), compiled.source);
    if (!sameJson(compiled.status, objectAt(manifest.object, "status"))) {
      statuses.push({ manifest, status: compiled.status });
    }
  }
  return { channels, sources, statuses };
}

/** Compiles namespaces from what is stored, and remembers which of them look into which others. */
import type { ChannelName } from "../../core/channel-name.ts";
import { type CompiledNamespace, compileNamespace } from "../compile/compile.ts";
import type { Acknowledgement } from "../compile/compile-context.ts";
import type { RefusedPart } from "../compile/part.ts";
import { qualified } from "../resource-names.ts";
import { timestamp } from "../resources/metadata.ts";
import type { KnownChannels } from "../store/known-channels.ts";
import type { ObjectStore } from "../store/object-store.ts";

export interface NamespaceCompilerPorts {
  readonly store: ObjectStore;
  readonly channels: KnownChannels;
  readonly now: () => number;
  readonly publicUrl: () => string | undefined;
  readonly hasBinding: (name: string) => boolean;
}

/** What an address begins with before anyone has reached the API. */
const UNKNOWN_URL = "http://localhost";

export class NamespaceCompiler {
  readonly #ports: NamespaceCompilerPorts;
  /** Namespaces whose objects refer to this one. */
  readonly #dependents = new Map<string, Set<string>>();
  /** Objects in each namespace when it was compiled last. */
  readonly #sizes = new Map<string, number>();

  /** By namespace, where there are any. */
  readonly #refused = new Map<string, readonly RefusedPart[]>();

  constructor(ports: NamespaceCompilerPorts) {
    this.#ports = ports;
  }

  compile(namespace: string): CompiledNamespace {
    const { store, channels, now, publicUrl } = this.#ports;
    const objects = store.inNamespace(namespace);
    this.#sizes.set(namespace, objects.length);
    if (objects.length === 0) this.#sizes.delete(namespace);
    // Each Trigger asks for its Broker's channel, and nothing changes meanwhile.
    const asked = new Map<ChannelName, Acknowledgement>();
    return compileNamespace({
      namespace,
      manifests: objects.map(({ key, body }) => ({ resource: key.resource, object: body })),
      publishers: store.tokens.publishersIn(namespace),
      refusedParts: this.#refused.get(namespace) ?? [],
      publicUrl: publicUrl() ?? UNKNOWN_URL,
      now: timestamp(now()),
      findElsewhere: (resource, elsewhere, name) => {
        const dependents = this.#dependents.get(elsewhere) ?? new Set();
        this.#dependents.set(elsewhere, dependents.add(namespace));
        return store.get({ resource: qualified(resource), namespace: elsewhere, name })?.body;
      },
      hasBinding: this.#ports.hasBinding,
      acknowledged: (name) => {
        const answer = asked.get(name) ?? channels.acknowledgement(name);
        asked.set(name, answer);
        return answer;
      },
    });
  }

  /** Parts of this namespace that could not be written; their owners say so until this is called again. */
  tellRefused(namespace: string, parts: readonly RefusedPart[]): void {
    if (parts.length === 0) this.#refused.delete(namespace);
    else this.#refused.set(namespace, parts);
  }

  /** Namespaces that have looked into this one. */
  dependentsOf(namespace: string): Iterable<string> {
    return this.#dependents.get(namespace) ?? [];
  }

  /** Objects at the latest compilation; 0 before the first. */
  sizeOf(namespace: string): number {
    return this.#sizes.get(namespace) ?? 0;
  }
}

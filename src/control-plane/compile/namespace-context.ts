/**
 * The context of one compilation: look-ups in the namespace and beyond it, and every object compiled once at most, when
 * somebody first asks for it. So a Trigger sees what its Broker says in the same pass.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import { kindNamed, partsOf, resourceOf } from "../registry.ts";
import { qualified, type ResourceName } from "../resource-names.ts";
import { type JsonObject, objectAt } from "../resources/json.ts";
import { nameOf } from "../resources/metadata.ts";
import type { CompileInput, Manifest } from "./compile.ts";
import type { Acknowledgement, CompileContext, Compiled } from "./compile-context.ts";
import type { Part, RefusedPart } from "./part.ts";

/** Objects that wait for each other in a row. Beyond it the status that is stored counts: a stack has an end. */
const MAX_CHAIN = 50;

export class NamespaceContext implements CompileContext {
  readonly publicUrl: string;
  readonly now: string;
  readonly #input: CompileInput;
  readonly #byResource = new Map<string, Map<string, JsonObject>>();
  /** By name of the object; sorted once for all Brokers. */
  readonly #sorted = new Map<string, readonly JsonObject[]>();
  readonly #parts = new Map<JsonObject, readonly Part[] | undefined>();
  readonly #compiled = new Map<JsonObject, Compiled | undefined>();
  /** Compiled or being compiled: what waits for itself in a circle is not compiled again. */
  readonly #begun = new Set<JsonObject>();
  #depth = 0;

  constructor(input: CompileInput) {
    this.publicUrl = input.publicUrl;
    this.now = input.now;
    this.#input = input;
    for (const { resource, object } of input.manifests) {
      const named = this.#byResource.get(resource) ?? new Map<string, JsonObject>();
      this.#byResource.set(resource, named.set(nameOf(object), object));
    }
  }

  find(resource: ResourceName, namespace: string, name: string): JsonObject | undefined {
    if (namespace !== this.#input.namespace) return this.#input.findElsewhere(resource, namespace, name);
    return this.#byResource.get(qualified(resource))?.get(name);
  }

  list(resource: ResourceName): readonly JsonObject[] {
    const name = qualified(resource);
    const known = this.#sorted.get(name);
    if (known !== undefined) return known;
    const sorted = [...(this.#byResource.get(name)?.values() ?? [])].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    this.#sorted.set(name, sorted);
    return sorted;
  }

  resourceOf(group: string, kind: string): ResourceName | undefined {
    return resourceOf(group, kind);
  }

  statusOf(resource: ResourceName, namespace: string, name: string): JsonObject | undefined {
    const object = this.find(resource, namespace, name);
    if (object === undefined) return undefined;
    const compiled =
      namespace === this.#input.namespace ? this.compile({ resource: qualified(resource), object }) : undefined;
    return compiled?.status ?? objectAt(object, "status");
  }

  hasBinding(name: string): boolean {
    return this.#input.hasBinding(name);
  }

  acknowledged(channel: ChannelName): Acknowledgement {
    return this.#input.acknowledged(channel);
  }

  /** Planned once: each part asks whether its owner wants it. */
  partsOf(resource: ResourceName, object: JsonObject): readonly Part[] | undefined {
    if (!this.#parts.has(object)) this.#parts.set(object, partsOf(resource, object));
    return this.#parts.get(object);
  }

  refusedPart(resource: ResourceName, name: string): RefusedPart | undefined {
    return this.#input.refusedParts.find(
      (each) => each.name === name && qualified(each.resource) === qualified(resource),
    );
  }

  /** Undefined for kinds that do not compile, for an object that is just being compiled, and at the end of a long chain. */
  compile({ resource, object }: Manifest): Compiled | undefined {
    if (!this.#begun.has(object) && this.#depth < MAX_CHAIN) {
      this.#begun.add(object);
      this.#depth++;
      this.#compiled.set(object, kindNamed(resource)?.compile?.(object, this));
      this.#depth--;
    }
    return this.#compiled.get(object);
  }
}

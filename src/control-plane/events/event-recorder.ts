/**
 * Writes core Events, which `kubectl describe` and `kubectl get events` show. The same thing happening again to the same
 * object counts its Event up: the Event's name is made of what it says. Events are resources like any other, for an hour.
 */
import { hashText } from "../../core/hash.ts";
import { boundedMessage } from "../compile/conditions.ts";
import { EVENTS, qualified } from "../resource-names.ts";
import { type Json, type JsonObject, numberAt, textAt } from "../resources/json.ts";
import { isBeingDeleted, nameOf, namespaceOf, timestamp, uidOf } from "../resources/metadata.ts";
import { namespaceKey } from "../resources/scope.ts";
import type { ObjectStore, StoredObject } from "../store/object-store.ts";
import type { Happening } from "./happening.ts";

export interface EventRecorderPorts {
  readonly store: ObjectStore;
  readonly now: () => number;
  readonly newUid: () => string;
}

/** As Kubernetes keeps them. */
const KEPT_MS = 3_600_000;
/** In one namespace; the oldest go first. A thousand resources that become ready at once have one each. */
const MAX_EVENTS = 1000;
/** Events that may be over that before the oldest are looked for, which means to look at all. */
const SLACK = 100;
/** Characters of a name before the hash: names have 253 at most. */
const MAX_NAME = 230;
const COMPONENT = "sluice-controller";

export class EventRecorder {
  readonly #ports: EventRecorderPorts;
  /** Written since the last look at all of them. */
  #fresh = 0;
  /** When the first one expires, as far as is known; undefined before the first look. */
  #expiryMs: number | undefined;

  constructor(ports: EventRecorderPorts) {
    this.#ports = ports;
  }

  /** Does nothing for objects whose namespace is going: nothing may be created there. */
  record(about: JsonObject, happening: Happening): void {
    const { store, now, newUid } = this.#ports;
    const namespace = namespaceOf(about);
    const home = store.get(namespaceKey(namespace));
    if (home === undefined || isBeingDeleted(home.body)) return;
    const name = eventName(about, happening);
    const key = { resource: qualified(EVENTS), namespace, name };
    const earlier = store.get(key);
    const time = timestamp(now());
    if (earlier !== undefined) {
      const count = (numberAt(earlier.body, "count") ?? 1) + 1;
      store.replace(earlier, { body: { ...earlier.body, count, lastTimestamp: time }, sealed: undefined });
      return;
    }
    const metadata = { name, namespace, uid: newUid(), creationTimestamp: time };
    store.insert(key, { body: eventOf(about, happening, metadata), sealed: undefined });
    this.#fresh++;
  }

  /** Takes away what is too old or too much. Cheap when there is nothing to take away; call it in every pass. */
  expire(): void {
    const { store, now } = this.#ports;
    if (this.#expiryMs !== undefined && now() < this.#expiryMs && this.#fresh < SLACK) return;
    this.#fresh = 0;
    const events = store.list({ resource: qualified(EVENTS) }, Number.MAX_SAFE_INTEGER);
    const gone = new Set(events.filter((event) => expiryOf(event) <= now()));
    for (const excess of excessOf(events)) gone.add(excess);
    store.transaction(() => {
      for (const event of gone) store.remove(event);
    });
    const kept = events.filter((event) => !gone.has(event));
    // Those that clients write are found within the same time.
    this.#expiryMs = Math.min(now() + KEPT_MS, ...kept.map(expiryOf));
  }

  /** When `expire` has to be called; undefined when there is no Event. */
  nextExpiryMs(): number | undefined {
    return this.#ports.store.list({ resource: qualified(EVENTS) }, 1).length === 0 ? undefined : this.#expiryMs;
  }
}

function eventName(about: JsonObject, { type, reason, message }: Happening): string {
  const subject = nameOf(about)
    .slice(0, MAX_NAME)
    .replace(/[-.]+$/, "");
  return `${subject}.${hashText(JSON.stringify([uidOf(about), type, reason, message])).slice(0, 16)}`;
}

function eventOf(about: JsonObject, { type, reason, message }: Happening, metadata: JsonObject): JsonObject {
  const time: Json = metadata.creationTimestamp ?? null;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata,
    involvedObject: {
      apiVersion: textAt(about, "apiVersion") ?? "",
      kind: textAt(about, "kind") ?? "",
      namespace: namespaceOf(about),
      name: nameOf(about),
      uid: uidOf(about),
    },
    type,
    reason,
    message: boundedMessage(message),
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: "",
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
  };
}

function expiryOf({ body }: StoredObject): number {
  const last = textAt(body, "lastTimestamp") ?? textAt(body, "metadata", "creationTimestamp") ?? "";
  return (Date.parse(last) || 0) + KEPT_MS;
}

function excessOf(events: readonly StoredObject[]): readonly StoredObject[] {
  const byNamespace = Map.groupBy(events, ({ key }) => key.namespace);
  return [...byNamespace.values()].flatMap((all) =>
    all.sort((a, b) => b.resourceVersion - a.resourceVersion).slice(MAX_EVENTS),
  );
}

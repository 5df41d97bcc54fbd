/** Answers the webhook ingress: where a source's events go and which secrets may have signed a request. */
import type { WebhookLookup } from "../../core/webhook-source.ts";
import { compileGithubSource } from "../compile/compile-github-source.ts";
import { readyOf } from "../compile/conditions.ts";
import { secretText } from "../kinds/core/secret-value.ts";
import { partsOf, resourceOf } from "../registry.ts";
import { GITHUB_SOURCES, qualified, SECRETS } from "../resource-names.ts";
import { textAt } from "../resources/json.ts";
import { Refusal } from "../resources/refusal.ts";
import type { KnownChannels } from "../store/known-channels.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { SecretSealer } from "../store/secret-sealer.ts";

/** Beside the key `x` a Secret may have `x-previous`: both are accepted while a secret is being changed. */
const PREVIOUS = "-previous";

export interface WebhookLookupPorts {
  readonly store: ObjectStore;
  readonly channels: KnownChannels;
  readonly sealer: SecretSealer;
  readonly hasBinding: (name: string) => boolean;
}

export async function lookUpWebhookSource(
  namespace: string,
  name: string,
  ports: WebhookLookupPorts,
): Promise<WebhookLookup> {
  const stored = ports.store.get({ resource: qualified(GITHUB_SOURCES), namespace, name });
  if (stored === undefined) return { kind: "not-found" };
  const { source, status } = compileGithubSource(stored.body, {
    publicUrl: "http://localhost",
    now: "",
    find: (resource, from, other) =>
      ports.store.get({ resource: qualified(resource), namespace: from, name: other })?.body,
    resourceOf,
    statusOf: () => undefined,
    list: () => [],
    acknowledged: (channel) => ports.channels.acknowledgement(channel),
    partsOf,
    refusedPart: () => undefined,
    hasBinding: ports.hasBinding,
  });
  if (source === undefined) {
    return { kind: "not-ready", reason: readyOf(status)?.message ?? "the source is not ready" };
  }
  const secrets = await openSecrets(namespace, source.secret, ports);
  if (typeof secrets === "string") return { kind: "not-ready", reason: secrets };
  const { sourceUid, channel, ownerAndRepository, overrides } = source;
  return { kind: "ready", sourceUid, channel, secrets, ownerAndRepository, overrides };
}

/** The values, the current one first, or why there are none. */
async function openSecrets(
  namespace: string,
  wanted: { readonly name: string; readonly key: string },
  ports: WebhookLookupPorts,
): Promise<readonly string[] | string> {
  const stored = ports.store.get({ resource: qualified(SECRETS), namespace, name: wanted.name });
  if (stored === undefined) return `Secret ${namespace}/${wanted.name} does not exist`;
  try {
    const secret = await ports.sealer.open(stored);
    const values = [wanted.key, wanted.key + PREVIOUS].map((key) => secretText(textAt(secret, "data", key) ?? ""));
    const [current = ""] = values;
    if (current === "") return `Secret ${namespace}/${wanted.name} has no value for ${JSON.stringify(wanted.key)}`;
    return values.filter((value) => value !== "");
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

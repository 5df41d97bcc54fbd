/** A GitHubSource: a webhook URL here, a shared secret, and the channel its events are appended to: its sink, or its own. */
import type { ChannelName } from "../../core/channel-name.ts";
import { SECRETS } from "../resource-names.ts";
import { type JsonObject, listAt, objectAt, textAt, textsAt } from "../resources/json.ts";
import { generationOf, nameOf, namespaceOf, uidOf } from "../resources/metadata.ts";
import type { CompileContext, Compiled, WebhookSourceConfiguration } from "./compile-context.ts";
import { isFalse, isTrue, summarize } from "./conditions.ts";
import { type Resolution, resolveDestination, targetOf } from "./resolve-destination.ts";
import { sinkProvided, sinkStatusMembers } from "./sink-provided.ts";
import { sourceChannel, sourceChannelCondition } from "./source-channel.ts";

const TYPE_PREFIX = "dev.knative.source.github.";

export function compileGithubSource(source: JsonObject, context: CompileContext): Compiled {
  const namespace = namespaceOf(source);
  const spec = objectAt(source, "spec");
  const destination = objectAt(spec, "sink");
  const sink = resolveDestination(destination, namespace, context);
  const own = sourceChannel(source, sink, context);
  const channel = takerOf(sink, source, { own: own.name, context });
  const secret = { name: secretAt(spec, "name"), key: secretAt(spec, "key") };
  const secretProblem = problemOf(secret, namespace, context);
  const repository = textAt(spec, "ownerAndRepository") ?? "";
  const conditions = [
    secretProblem === undefined
      ? isTrue("SecretsProvided")
      : isFalse("SecretsProvided", "SecretNotFound", secretProblem),
    sinkProvided(sink),
    ...(targetOf(sink)?.kind === "url" ? [sourceChannelCondition(own, context)] : []),
    isTrue("WebhookConfigured", {
      reason: "ConfiguredByHand",
      message:
        "Enter status.webhookUrl and the secret in the repository's webhook settings, content type application/json.",
    }),
  ];
  const status: JsonObject = {
    observedGeneration: generationOf(source),
    conditions: summarize(conditions, { status: objectAt(source, "status"), now: context.now }),
    // Not `address`: that would make the source look like a sink that events can be sent to.
    webhookUrl: `${context.publicUrl}/${namespace}/webhooks/${nameOf(source)}`,
    ceAttributes: listAt(spec, "eventTypes").map((type) => ({
      type: `${TYPE_PREFIX}${type}`,
      source: `https://github.com/${repository}`,
    })),
    ...sinkStatusMembers(sink, destination),
  };
  if (secretProblem !== undefined || channel === undefined) return { status, channel: own };
  const configuration: WebhookSourceConfiguration = {
    sourceUid: uidOf(source),
    channel,
    ownerAndRepository: repository,
    overrides: textsAt(spec, "ceOverrides", "extensions"),
    secret,
  };
  return { status, source: configuration, channel: own };
}

/**
 * Its own while the sink's would refuse events, so that no webhook is refused while somebody switches sinks. But not while that
 * is still the channel of a source of this name that is gone: what that one takes goes with it.
 */
function takerOf(
  sink: Resolution,
  source: JsonObject,
  { own, context }: { readonly own: ChannelName; readonly context: CompileContext },
): ChannelName | undefined {
  if (sink.kind === "unresolved") return undefined;
  const owner = context.acknowledged(own).configuration?.uid;
  if (sink.target.kind === "url") return owner === undefined || owner === uidOf(source) ? own : undefined;
  const takesEvents = context.acknowledged(sink.target.name).configuration !== undefined;
  return owner === uidOf(source) && !takesEvents ? own : sink.target.name;
}

function secretAt(spec: JsonObject | undefined, member: "name" | "key"): string {
  return textAt(spec, "secretToken", "secretKeyRef", member) ?? "";
}

/** Secrets rest sealed; of their values only whether they are empty is visible here. */
function problemOf(
  secret: { readonly name: string; readonly key: string },
  namespace: string,
  context: CompileContext,
): string | undefined {
  if (secret.name === "" || secret.key === "") {
    return "spec.secretToken.secretKeyRef is missing: without a shared secret anyone could post events";
  }
  const found = context.find(SECRETS, namespace, secret.name);
  if (found === undefined) return `Secret ${namespace}/${secret.name} does not exist`;
  const value = textAt(found, "data", secret.key);
  if (value === undefined) return `Secret ${namespace}/${secret.name} has no key ${JSON.stringify(secret.key)}`;
  return value === ""
    ? `Secret ${namespace}/${secret.name} has an empty value for ${JSON.stringify(secret.key)}`
    : undefined;
}

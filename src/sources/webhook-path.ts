/** Where webhooks arrive: `/{namespace}/webhooks/{source}`. */
import { parseChannelName } from "../core/channel-name.ts";

export interface WebhookPath {
  readonly namespace: string;
  readonly name: string;
}

/** Takes an absolute URL; the query is ignored, as is one trailing slash. Undefined where the path is another. */
export function parseWebhookPath(url: string): WebhookPath | undefined {
  const [before, namespace = "", middle, name = "", ...after] = new URL(url).pathname.split("/");
  if (before !== "" || middle !== "webhooks" || after.join("/") !== "") return undefined;
  return parseChannelName(namespace, "source", name) === undefined ? undefined : { namespace, name };
}

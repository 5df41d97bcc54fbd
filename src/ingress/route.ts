/** Where a request's path leads: `/{namespace}/{broker}` or `/{namespace}/{plural kind}/{name}`. */
import { type AddressableKind, type ChannelName, parseChannelName } from "../core/channel-name.ts";
import { isReservedNamespace } from "../core/reserved-namespaces.ts";
import { urlPath } from "../core/url-path.ts";
import { Memory } from "./memory.ts";

export type Route =
  | { readonly kind: "channel"; readonly name: ChannelName; readonly isBroker: boolean }
  /** There can be nothing at this path: 404. */
  | { readonly kind: "not-found"; readonly message: string }
  /** No path of this shape leads anywhere: 400. */
  | { readonly kind: "malformed"; readonly message: string };

const KINDS: ReadonlyMap<string, AddressableKind> = new Map([
  ["channels", "channel"],
  ["inmemorychannels", "inmemorychannel"],
  ["sequences", "sequence"],
  ["parallels", "parallel"],
  ["requestreplies", "requestreply"],
  ["eventtransforms", "eventtransform"],
]);

const MALFORMED: Route = {
  kind: "malformed",
  message: `post events to /{namespace}/{broker} or /{namespace}/{${[...KINDS.keys()].join("|")}}/{name}`,
};
const NOTHING: Route = { kind: "not-found", message: MALFORMED.message };

/** Longer paths are nobody's address and not remembered, characters. */
const REMEMBERED_LENGTH = 1_024;

/** Remembers where paths lead, because the same few are asked for all the time. */
export class Routes {
  readonly #known = new Memory<string, Route>();

  /** Takes an absolute URL as `Request.url` has it; the query is ignored. */
  of(url: string): Route {
    const path = urlPath(url);
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const route = routeOf(path);
    if (path.length <= REMEMBERED_LENGTH) this.#known.remember(path, route);
    return route;
  }
}

function routeOf(path: string): Route {
  const [, ...segments] = withoutSlashAtEnd(path).split("/");
  const [namespace = "", middle = "", last] = segments;
  if (namespace === "" && segments.length === 1) return NOTHING;
  if (isReservedNamespace(namespace))
    return { kind: "not-found", message: `"${namespace}" is reserved and no namespace` };
  if (segments.length < 2 || segments.length > 3 || segments.includes("")) return MALFORMED;
  const kind = last === undefined ? "broker" : KINDS.get(middle);
  if (kind === undefined) return MALFORMED;
  const name = parseChannelName(namespace, kind, last ?? middle);
  if (name === undefined) return { kind: "not-found", message: "namespace or name is none that a resource can have" };
  return { kind: "channel", name, isBroker: kind === "broker" };
}

function withoutSlashAtEnd(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

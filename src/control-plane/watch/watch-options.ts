/** What a watch asks for, from its query; the combinations that Kubernetes forbids are refused. */
import type { ResourceKind } from "../kind.ts";
import { badRequest, invalid, type StatusCause } from "../resources/refusal.ts";
import { parseResourceVersion } from "../resources/resource-version.ts";
import { parseSelection, type Selector } from "../resources/selectors.ts";

export interface WatchOptions {
  readonly selects: Selector;
  readonly start: WatchStart;
  /** The client understands bookmarks. */
  readonly bookmarks: boolean;
  /** A bookmark says when the initial events are complete. */
  readonly marksInitialEnd: boolean;
  readonly timeoutMs: number | undefined;
}

export type WatchStart =
  /** ADDED for everything there is, then changes. */
  | { readonly kind: "state"; readonly notOlderThan: number }
  /** Changes after this resourceVersion. */
  | { readonly kind: "after"; readonly version: number }
  | { readonly kind: "now" };

/** Decides what a list request is, for who may make it and for how it is answered. */
export function isWatch(query: URLSearchParams): boolean {
  return isFlagSet(query.get("watch"));
}

export function watchOptions(query: URLSearchParams, kind: Pick<ResourceKind, "selectableFields">): WatchOptions {
  const { selects } = parseSelection(query, kind.selectableFields);
  const sendInitialEvents = query.get("sendInitialEvents");
  checkCombination(query, sendInitialEvents);
  const bookmarks = isFlagSet(query.get("allowWatchBookmarks"));
  const start = startOf(parseResourceVersion(query.get("resourceVersion")), sendInitialEvents);
  return {
    selects,
    start,
    bookmarks,
    marksInitialEnd: bookmarks && isFlagSet(sendInitialEvents),
    timeoutMs: timeoutOf(query.get("timeoutSeconds")),
  };
}

function startOf(version: number, sendInitialEvents: string | null): WatchStart {
  if (isFlagSet(sendInitialEvents)) return { kind: "state", notOlderThan: version };
  if (version > 0) return { kind: "after", version };
  return sendInitialEvents === null ? { kind: "state", notOlderThan: 0 } : { kind: "now" };
}

function checkCombination(query: URLSearchParams, sendInitialEvents: string | null): void {
  const causes: StatusCause[] = [];
  const forbid = (field: string, why: string) =>
    causes.push({ reason: "FieldValueForbidden", message: `Forbidden: ${why}`, field });
  const match = query.get("resourceVersionMatch") ?? "";
  if (sendInitialEvents === null) {
    if (match !== "") {
      forbid(
        "resourceVersionMatch",
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
      );
    }
  } else if (match !== "NotOlderThan") {
    forbid("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
  if ((query.get("continue") ?? "") !== "") forbid("continue", "a watch has no pages");
  if (causes.length > 0) throw invalid({ group: "meta.k8s.io", kind: "ListOptions", name: "" }, causes);
}

/** Zero means no wish, as in Kubernetes. */
function timeoutOf(text: string | null): number | undefined {
  if (text === null || text === "") return undefined;
  if (!/^\d{1,9}$/.test(text)) throw badRequest(`timeoutSeconds must be a whole number, not ${JSON.stringify(text)}`);
  return Number(text) === 0 ? undefined : Number(text) * 1000;
}

/** As Kubernetes reads a flag: whatever is there and neither `false` nor `0`. */
function isFlagSet(value: string | null): boolean {
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}

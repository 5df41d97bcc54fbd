/**
 * `GET traces?source=&id=&from=&to=` of a namespace: what became of one event. Nothing of an event's data is in the answer, so
 * that whoever may look at resources may look at traces.
 */
import type { Sought } from "../../core/trace.ts";
import { badRequest, methodNotAllowed, notImplemented, unavailable } from "../resources/refusal.ts";
import { type Trace, type TracePorts, traceEvent } from "../traces/trace-event.ts";
import { parseStartFrom } from "../validation/annotation-settings.ts";

const FIELDS = ["source", "id", "from", "to"];
const FILTERS = "Whether a filter passes an event is said by the filter of today, not by the one that the event met.";

export async function answerTrace(request: Request, namespace: string, ports: TracePorts): Promise<Response> {
  if (request.method !== "GET") throw methodNotAllowed(["GET"]);
  const query = new URL(request.url).searchParams;
  const sought = soughtIn(query);
  const trace = await traceEvent(sought, namespace, ports);
  refuseUnread(trace);
  return Response.json({ source: sought.source, id: sought.id, filters: FILTERS, ...trace });
}

function soughtIn(query: URLSearchParams): Extract<Sought, { kind: "event" }> {
  const unknown = [...query.keys()].find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    throw badRequest(`unknown field ${JSON.stringify(unknown)}: traces takes ${FIELDS.join(", ")}`);
  }
  const [source, id] = [query.get("source") ?? "", query.get("id") ?? ""];
  if (source === "" || id === "") throw badRequest("say which event is meant: its source and its id");
  const [fromMs, toMs] = [timeIn(query, "from"), timeIn(query, "to")];
  return {
    kind: "event",
    source,
    id,
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
  };
}

function timeIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const place = parseStartFrom(text);
  if (place?.kind === "time") return place.timeMs;
  throw badRequest(`${name} must be an RFC 3339 time with its zone, not ${JSON.stringify(text)}`);
}

/** A trace of which some is missing says so itself; where nobody gave an answer there is none. */
function refuseUnread({ events, searched, unread }: Trace): void {
  const [first] = unread;
  if (first === undefined || events.length > 0 || unread.length < searched.channels) return;
  if (unread.every(({ kind }) => kind === "outdated")) throw notImplemented(first.reason);
  throw unavailable(`no channel could be reached: ${first.reason}`);
}

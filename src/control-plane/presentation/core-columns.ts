/** Columns of the core kinds, whose cells no JSONPath can say. */
import { AGE, type ComputedColumn, type PrinterColumn } from "../kind.ts";
import { type JsonObject, listAt, numberAt, objectAt, textAt } from "../resources/json.ts";
import { ageText } from "./age-text.ts";

const NONE = "<none>";

export const NAMESPACE_COLUMNS: readonly PrinterColumn[] = [
  {
    name: "Status",
    type: "string",
    description: "Active, or Terminating while it is emptied.",
    jsonPath: ".status.phase",
  },
  AGE,
];

export const SECRET_COLUMNS: readonly PrinterColumn[] = [
  { name: "Type", type: "string", jsonPath: ".type" },
  count("Data", (secret) => membersAt(secret, "data")),
  AGE,
];

export const CONFIG_MAP_COLUMNS: readonly PrinterColumn[] = [
  count("Data", (map) => membersAt(map, "data") + membersAt(map, "binaryData")),
  AGE,
];

export const SERVICE_ACCOUNT_COLUMNS: readonly PrinterColumn[] = [
  count("Secrets", (account) => listAt(account, "secrets").length),
  AGE,
];

export const SERVICE_COLUMNS: readonly PrinterColumn[] = [
  { name: "Type", type: "string", cell: serviceType },
  { name: "Cluster-IP", type: "string", cell: (service) => textAt(service, "spec", "clusterIP") ?? NONE },
  { name: "External-IP", type: "string", cell: externalIp },
  { name: "Port(s)", type: "string", cell: ports },
  AGE,
  { name: "Selector", type: "string", priority: 1, cell: selector },
];

/** The name comes last here: what happened is what one looks for. */
export const EVENT_COLUMNS: readonly PrinterColumn[] = [
  { name: "Last Seen", type: "string", cell: (event, nowMs) => ageText(lastSeen(event), nowMs) },
  { name: "Type", type: "string", jsonPath: ".type" },
  { name: "Reason", type: "string", jsonPath: ".reason" },
  { name: "Object", type: "string", cell: involvedObject },
  { name: "Source", type: "string", priority: 1, cell: eventSource },
  { name: "Message", type: "string", cell: (event) => (textAt(event, "message") ?? "").trim() },
  { name: "First Seen", type: "string", priority: 1, cell: (event, nowMs) => ageText(firstSeen(event), nowMs) },
  { name: "Count", type: "string", priority: 1, cell: eventCount },
  { name: "Name", type: "string", priority: 1, jsonPath: ".metadata.name" },
];

function count(name: string, countOf: (object: JsonObject) => number): ComputedColumn {
  return { name, type: "string", cell: (object) => String(countOf(object)) };
}

function membersAt(object: JsonObject, name: string): number {
  return Object.keys(objectAt(object, name) ?? {}).length;
}

function serviceType(service: JsonObject): string {
  return textAt(service, "spec", "type") ?? "ClusterIP";
}

function externalIp(service: JsonObject): string {
  if (serviceType(service) === "ExternalName") return textAt(service, "spec", "externalName") ?? NONE;
  const own = listAt(service, "spec", "externalIPs").filter((address) => typeof address === "string");
  const given = listAt(service, "status", "loadBalancer", "ingress").map(
    (point) => textAt(point, "ip") ?? textAt(point, "hostname") ?? "",
  );
  const addresses = [...given, ...own].filter((address) => address !== "");
  if (addresses.length > 0) return addresses.join(",");
  return serviceType(service) === "LoadBalancer" ? "<pending>" : NONE;
}

function ports(service: JsonObject): string {
  const texts = listAt(service, "spec", "ports").map((port) => {
    const nodePort = numberAt(port, "nodePort") ?? 0;
    const node = nodePort === 0 ? "" : `:${nodePort}`;
    return `${numberAt(port, "port") ?? ""}${node}/${textAt(port, "protocol") ?? "TCP"}`;
  });
  return texts.length === 0 ? NONE : texts.join(",");
}

function selector(service: JsonObject): string {
  const pairs = Object.entries(objectAt(service, "spec", "selector") ?? {}).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? NONE : pairs.sort().join(",");
}

function involvedObject(event: JsonObject): string {
  const kind = textAt(event, "involvedObject", "kind") ?? "";
  return `${kind.toLowerCase()}/${textAt(event, "involvedObject", "name") ?? ""}`;
}

function firstSeen(event: JsonObject): string | undefined {
  return textAt(event, "firstTimestamp") ?? textAt(event, "eventTime");
}

function lastSeen(event: JsonObject): string | undefined {
  return textAt(event, "series", "lastObservedTime") ?? textAt(event, "lastTimestamp") ?? firstSeen(event);
}

function eventCount(event: JsonObject): string {
  return String(numberAt(event, "series", "count") ?? numberAt(event, "count") ?? 1);
}

function eventSource(event: JsonObject): string {
  const parts = [textAt(event, "source", "component"), textAt(event, "source", "host")];
  const named = parts.filter((part) => part !== undefined && part !== "");
  return named.length > 0 ? named.join(", ") : (textAt(event, "reportingComponent") ?? "");
}

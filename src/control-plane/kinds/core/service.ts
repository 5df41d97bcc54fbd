/**
 * A core Service. One of type ExternalName is a name for a host, so that manifests can refer to a subscriber by `ref`. The
 * other types can be kept, but there is no cluster network in which they would lead anywhere.
 */

import type { ResourceKind } from "../../kind.ts";
import { SERVICE_COLUMNS } from "../../presentation/core-columns.ts";
import { SERVICES } from "../../resource-names.ts";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  textAt,
  withMember,
} from "../../resources/json.ts";
import { validateServiceAnnotations } from "../../validation/annotations.ts";
import {
  flag,
  freeObject,
  int32,
  listOf,
  objectSchema,
  struct,
  text,
  textMap,
} from "../../validation/common-schemas.ts";
import { type FieldError, invalidValue, missingFields } from "../../validation/field-error.ts";
import { isHostName } from "../../validation/metadata-rules.ts";
import type { Schema } from "../../validation/schema.ts";

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const MAX_PORT = 65_535;

const portSchema: Schema = struct(
  {
    name: text,
    protocol: { type: "string", enum: ["SCTP", "TCP", "UDP"] },
    appProtocol: text,
    port: int32,
    targetPort: { type: "string", format: "int-or-string" },
    nodePort: int32,
  },
  ["port"],
);

/** What a cluster's network would read. */
const UNREAD: Readonly<Record<string, Schema>> = Object.fromEntries(
  Object.entries({
    selector: textMap,
    clusterIP: text,
    clusterIPs: listOf(text),
    externalIPs: listOf(text),
    ipFamilies: listOf(text),
    ipFamilyPolicy: text,
    internalTrafficPolicy: text,
    externalTrafficPolicy: text,
    trafficDistribution: text,
    healthCheckNodePort: int32,
    allocateLoadBalancerNodePorts: flag,
    loadBalancerClass: text,
    loadBalancerIP: text,
    loadBalancerSourceRanges: listOf(text),
    publishNotReadyAddresses: flag,
    sessionAffinity: text,
    sessionAffinityConfig: struct({ clientIP: struct({ timeoutSeconds: int32 }) }),
  }).map(([name, schema]: [string, Schema]) => [
    name,
    { ...schema, description: "Kept for manifests; without effect here." },
  ]),
);

export const serviceKind: ResourceKind = {
  ...SERVICES,
  kind: "Service",
  versions: ["v1"],
  singular: "service",
  shortNames: ["svc"],
  categories: ["all"],
  namespaced: true,
  nameRule: "label",
  hasStatus: false,
  schema: {
    description: "A name for a subscriber: a reference to a Service of type ExternalName leads to its host.",
    ...objectSchema({
      spec: struct({
        type: { type: "string", enum: TYPES, description: "Only ExternalName leads anywhere here." },
        externalName: { ...text, description: "Host that a reference to this Service means, reached by http." },
        ports: { ...listOf(portSchema), description: "The first one is the port of that host; 80 if absent." },
        ...UNREAD,
      }),
      status: freeObject,
    }),
  },
  printerColumns: SERVICE_COLUMNS,
  applyDefaults(object) {
    const spec = objectAt(object, "spec") ?? {};
    const defaulted = { type: "ClusterIP", sessionAffinity: "None", ...spec };
    const ports = listAt(spec, "ports").map(withPortDefaults);
    return { ...object, spec: ports.length === 0 ? defaulted : withMember(defaulted, "ports", ports) };
  },
  validate(object) {
    const spec = objectAt(object, "spec");
    return [...validateExternalName(spec), ...validatePorts(spec), ...validateServiceAnnotations(object)];
  },
};

function withPortDefaults(port: Json): Json {
  if (!isJsonObject(port)) return port;
  const targetPort = numberAt(port, "port");
  return { protocol: "TCP", ...(targetPort === undefined ? {} : { targetPort }), ...port };
}

function validateExternalName(spec: JsonObject | undefined): readonly FieldError[] {
  if (textAt(spec, "type") !== "ExternalName") return [];
  const host = textAt(spec, "externalName") ?? "";
  if (host === "") return [missingFields("spec.externalName")];
  if (isHostName(host)) return [];
  return [
    invalidValue(host, "spec.externalName", "expected a host name such as sink.example.com, without scheme and port"),
  ];
}

function validatePorts(spec: JsonObject | undefined): readonly FieldError[] {
  return listAt(spec, "ports").flatMap((each, index) => {
    const port = numberAt(each, "port") ?? 0;
    if (port >= 1 && port <= MAX_PORT) return [];
    return [invalidValue(String(port), `spec.ports[${index}].port`, `expected a number from 1 to ${MAX_PORT}`)];
  });
}

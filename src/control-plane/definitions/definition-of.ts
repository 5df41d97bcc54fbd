/** The CustomResourceDefinition that would make a cluster serve this kind: how other tools learn of kinds. */
import { hashText } from "../../core/hash.ts";
import { customResourceDefinitions } from "../discovery/definition-resource.ts";
import type { ResourceKind } from "../kind.ts";
import { schemaJson } from "../openapi/schema-json.ts";
import { qualified } from "../resource-names.ts";
import { type JsonObject, objectAt } from "../resources/json.ts";
import { apiVersionOf, columnsIn, schemaIn } from "../resources/versions.ts";
import { duckLabels } from "./duck-labels.ts";

/** Undefined for core kinds, which need no definition. `createdAt` is when this API came to be. */
export function definitionOf(kind: ResourceKind, createdAt: string): JsonObject | undefined {
  if (kind.group === "") return undefined;
  const { plural, singular, shortNames, categories } = kind;
  const names = { plural, singular, kind: kind.kind, listKind: `${kind.kind}List`, shortNames, categories };
  return {
    apiVersion: apiVersionOf(customResourceDefinitions, customResourceDefinitions.version),
    kind: customResourceDefinitions.kind,
    metadata: {
      name: qualified(kind),
      uid: uidFrom(qualified(kind)),
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: createdAt,
      labels: duckLabels(kind),
    },
    spec: {
      group: kind.group,
      names,
      scope: kind.namespaced ? "Namespaced" : "Cluster",
      conversion: { strategy: "None" },
      versions: kind.versions.map((version) => definedVersion(kind, version)),
    },
    status: {
      acceptedNames: names,
      storedVersions: [kind.versions[0]],
      conditions: [
        condition("NamesAccepted", "NoConflicts", createdAt),
        condition("Established", "InitialNamesAccepted", createdAt),
      ],
    },
  };
}

function definedVersion(kind: ResourceKind, version: string): JsonObject {
  return {
    name: version,
    served: true,
    storage: version === kind.versions[0],
    schema: { openAPIV3Schema: openApiSchema(kind, version) },
    ...(kind.hasStatus ? { subresources: { status: {} } } : {}),
    additionalPrinterColumns: columnsIn(kind, version).flatMap((column) =>
      "jsonPath" in column ? [{ ...column }] : [],
    ),
  };
}

/** A definition says of metadata no more than that it is there. */
function openApiSchema(kind: ResourceKind, version: string): JsonObject {
  const schema = schemaJson(schemaIn(kind, version));
  return { ...schema, properties: { ...objectAt(schema, "properties"), metadata: { type: "object" } } };
}

function condition(type: string, reason: string, lastTransitionTime: string): JsonObject {
  return { type, status: "True", reason, message: "", lastTransitionTime };
}

/** The same for the same name in every installation. */
function uidFrom(name: string): string {
  return hashText(name).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

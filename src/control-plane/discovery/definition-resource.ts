/** What clients are told of CustomResourceDefinitions. They are made from the registry and cannot be written. */
import type { PrinterColumn } from "../kind.ts";
import { freeObject, objectSchema } from "../validation/common-schemas.ts";
import type { ServedResource } from "./served-resources.ts";

const COLUMNS: readonly PrinterColumn[] = [
  { name: "Created At", type: "string", jsonPath: ".metadata.creationTimestamp" },
];

export const customResourceDefinitions: ServedResource & { readonly printerColumns: readonly PrinterColumn[] } = {
  group: "apiextensions.k8s.io",
  version: "v1",
  plural: "customresourcedefinitions",
  kind: "CustomResourceDefinition",
  singular: "customresourcedefinition",
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  namespaced: false,
  verbs: ["get", "list", "watch"],
  hasStatus: false,
  schema: {
    description: "A kind that is served, with its schemas and columns. It comes with the program and can only be read.",
    ...objectSchema({ spec: freeObject, status: freeObject }, ["spec"]),
  },
  printerColumns: COLUMNS,
};

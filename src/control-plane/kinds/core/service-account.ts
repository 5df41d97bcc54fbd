/** A ServiceAccount: a name that manifests refer to. No process here runs as one. */
import type { ResourceKind } from "../../kind.ts";
import { SERVICE_ACCOUNT_COLUMNS } from "../../presentation/core-columns.ts";
import { SERVICE_ACCOUNTS } from "../../resource-names.ts";
import { flag, listOf, objectReferenceSchema, objectSchema, struct, text } from "../../validation/common-schemas.ts";

export const serviceAccountKind: ResourceKind = {
  ...SERVICE_ACCOUNTS,
  kind: "ServiceAccount",
  versions: ["v1"],
  singular: "serviceaccount",
  shortNames: ["sa"],
  categories: [],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: false,
  schema: {
    description: "A name that manifests refer to. No process here runs as one.",
    ...objectSchema({
      automountServiceAccountToken: { ...flag, description: "Kept for manifests; there are no pods here." },
      imagePullSecrets: {
        ...listOf(struct({ name: text })),
        description: "Kept for manifests; there are no images here.",
      },
      secrets: { ...listOf(objectReferenceSchema), description: "Kept for manifests; nothing reads them." },
    }),
  },
  printerColumns: SERVICE_ACCOUNT_COLUMNS,
  applyDefaults: (object) => object,
  validate: () => [],
};

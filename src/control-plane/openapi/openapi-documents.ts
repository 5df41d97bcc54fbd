/**
 * The OpenAPI documents: one of version 3 for each group and version, made when it is first asked for, an index of them
 * with hashes that change when they do, and one of version 2 with all schemas.
 */
import { hashText } from "../../core/hash.ts";
import { API_GROUPS, resourcesIn } from "../discovery/api-groups.ts";
import { SERVED_RESOURCES } from "../discovery/served-resources.ts";
import { GIT_VERSION } from "../discovery/server-version.ts";
import type { JsonObject } from "../resources/json.ts";
import { apiVersionOf } from "../resources/versions.ts";
import { resourcePaths } from "./resource-paths.ts";
import { type Reference, schemaComponents } from "./schema-components.ts";

export interface OpenApiDocument {
  readonly body: string;
  readonly hash: string;
}

export class OpenApiDocuments {
  readonly #documents = new Map<string, OpenApiDocument>();
  #schemas: JsonObject | undefined;

  /** Where the document of each group and version is. */
  index(): JsonObject {
    const paths = API_GROUPS.flatMap(({ name: group, versions }) =>
      versions.map((version) => {
        const path = `${group === "" ? "api" : "apis"}/${apiVersionOf({ group }, version)}`;
        const hash = this.of(group, version)?.hash ?? "";
        return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
      }),
    );
    return { paths: Object.fromEntries(paths) };
  }

  /** Undefined for a version that is not served. */
  of(group: string, version: string): OpenApiDocument | undefined {
    const key = apiVersionOf({ group }, version);
    const known = this.#documents.get(key);
    if (known !== undefined) return known;
    const resources = resourcesIn(group, version);
    if (resources.length === 0) return undefined;
    const body = JSON.stringify({
      openapi: "3.0.0",
      info: INFO,
      paths: Object.fromEntries(resources.flatMap((resource) => resourcePaths(resource, referInVersion3))),
      components: { schemas: schemaComponents(resources, referInVersion3) },
    });
    const document = { body, hash: hashText(body) };
    this.#documents.set(key, document);
    return document;
  }

  /** For clients of version 2, which want to know schemas only. */
  version2(): JsonObject {
    this.#schemas ??= schemaComponents(SERVED_RESOURCES, referInVersion2);
    return { swagger: "2.0", info: INFO, paths: {}, definitions: this.#schemas };
  }
}

const INFO = { title: "Sluice", version: GIT_VERSION };

/** Version 3.0 ignores what stands beside a reference, unless that is wrapped. */
const referInVersion3: Reference = (name) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }] });

const referInVersion2: Reference = (name) => ({ $ref: `#/definitions/${name}` });

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ResourceKind } from "../../src/control-plane/kind.ts";
import { KINDS } from "../../src/control-plane/registry.ts";
import { qualified } from "../../src/control-plane/resource-names.ts";
import { type JsonObject, textAt } from "../../src/control-plane/resources/json.ts";
import { apiVersionOf } from "../../src/control-plane/resources/versions.ts";
import { collectionOf } from "./control-plane-paths.ts";
import { manifestOf, SAMPLES, sampleOf } from "./control-plane-samples.ts";
import { conditions, KEY, World } from "./control-plane-world.ts";

const everyKind = KINDS.map((kind) => ({ resource: qualified(kind), kind }));
const everyVersion = everyKind.flatMap(({ resource, kind }) =>
  kind.versions.map((version) => ({ resource, kind, version })),
);

async function applied(kind: ResourceKind, version: string) {
  const world = new World({ encryptionKey: KEY });
  const sample = sampleOf(kind);
  for (const manifest of sample.outcome === "ready" ? sample.with : []) await create(world, manifest);
  const path = collectionOf(kind, version, "default");
  const created = await world.request("POST", path, manifestOf(kind, version));
  expect(created.code, created.body.message).toBe(201);
  await world.settle();
  return { world, path, body: (await world.request("GET", `${path}/sample`)).body };
}

async function create(world: World, manifest: JsonObject): Promise<void> {
  const kind = KINDS.find((each) => each.kind === manifest.kind);
  const version = textAt(manifest, "apiVersion")?.split("/").at(-1);
  if (kind === undefined || version === undefined) throw new Error("a sample needs a kind that is not served");
  expect((await world.request("POST", collectionOf(kind, version, "default"), manifest)).code).toBe(201);
}

describe("[CP-KND] every kind of the registry", () => {
  test("[CP-KND-1] is in the table of what becomes of it, and the table has no others", () => {
    expect(Object.keys(SAMPLES).sort()).toEqual(everyKind.map(({ resource }) => resource).sort());
  });

  test.each(everyVersion)(
    "[CP-KND-2] $resource $version is ready, not implemented, or has no conditions",
    async (each) => {
      const { body } = await applied(each.kind, each.version);
      const found = conditions(body);
      const { outcome } = sampleOf(each.kind);
      switch (outcome) {
        case "ready":
          expect(found).toMatchObject({ Ready: "True" });
          expect(body.status.observedGeneration).toBe(1);
          break;
        case "not-implemented": {
          expect(found).toMatchObject({ Ready: "False NotImplemented" });
          expect(body.status.observedGeneration).toBe(1);
          // Says in whole sentences what is missing and what to use instead.
          expect(body.status.conditions.find(({ type }) => type === "Ready")?.message).toMatch(/^[A-Z].+\. [A-Z].+\.$/);
          break;
        }
        case "no-conditions":
          expect(found).toEqual({});
          break;
        default:
          outcome satisfies never;
      }
    },
  );

  test.each(everyVersion)(
    "[CP-KND-3] $resource $version: what was read can be written back and changes nothing",
    async (each) => {
      const { world, path, body } = await applied(each.kind, each.version);
      const written = await world.request("PUT", `${path}/sample`, body);
      expect([written.code, written.body]).toEqual([200, body]);
    },
  );

  test.each(everyVersion)("[CP-KND-4] $resource $version is listed in the version that is asked for", async (each) => {
    const { world } = await applied(each.kind, each.version);
    for (const version of each.kind.versions) {
      const { body } = await world.request("GET", collectionOf(each.kind, version, "default"));
      const names = body.items.map(({ apiVersion, kind, metadata }) => [apiVersion, kind, metadata.name]);
      expect(names).toContainEqual([apiVersionOf(each.kind, version), each.kind.kind, "sample"]);
    }
  });

  test.each(everyKind)("[CP-KND-5] $resource: defaults applied twice change nothing more", ({ kind }) => {
    const [version] = kind.versions;
    const once = kind.applyDefaults(manifestOf(kind, version));
    expect(kind.applyDefaults(once)).toEqual(once);
  });

  test("[CP-KND-6] names and short names are said once in the whole API", () => {
    const names = KINDS.flatMap(({ plural, singular, shortNames }) => [...new Set([plural, singular, ...shortNames])]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    const kinds = KINDS.map(({ kind }) => kind);
    expect(kinds.filter((kind, index) => kinds.indexOf(kind) !== index)).toEqual([]);
    expect(KINDS.filter(({ kind, singular }) => kind.toLowerCase() !== singular)).toEqual([]);
  });

  test("[CP-KND-7] kubectl get knative finds every kind of Knative's, and get all those that people look at", () => {
    const without = (category: string) =>
      KINDS.filter(({ group, categories }) => group !== "" && !categories.includes(category)).map(({ kind }) => kind);
    expect([without("knative"), without("all")]).toEqual([[], []]);
  });

  test("[CP-KND-8] docs/resources.md says of every kind what it is here", () => {
    const page = readFileSync(new URL("../../docs/resources.md", import.meta.url), "utf8");
    const rows = page.split("\n").filter((line) => line.startsWith("| "));
    const named = rows.flatMap((row) => (row.split("|")[1] ?? "").match(/\b[A-Z]\w+/g) ?? []);
    expect(named.sort()).toEqual(KINDS.map(({ kind }) => kind).sort());
  });
});

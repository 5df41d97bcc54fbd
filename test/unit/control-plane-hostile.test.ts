/**
 * Every kind of the registry against input that somebody means ill with: whatever is sent, the answer is an object or a
 * Status below 500, nothing that was refused is stored, and a dry run stores nothing at all.
 */
import { describe, expect, test } from "vitest";
import type { ResourceKind } from "../../src/control-plane/kind.ts";
import { KINDS } from "../../src/control-plane/registry.ts";
import { qualified } from "../../src/control-plane/resource-names.ts";
import type { JsonObject } from "../../src/control-plane/resources/json.ts";
import type { Schema } from "../../src/control-plane/validation/schema.ts";
import { collectionOf } from "./control-plane-paths.ts";
import { manifestOf } from "./control-plane-samples.ts";
import { type Answer, type AnswerBody, KEY, World } from "./control-plane-world.ts";
import {
  deepValues,
  extraMembers,
  FEW_VALUES,
  longTexts,
  type Mutation,
  nullEverywhere,
  type Path,
  PROTOTYPE_NAMES,
  wrongValues,
} from "./json-mutations.ts";

const TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1";

const everyKind = KINDS.map((kind) => ({ resource: qualified(kind), kind }));

/** How an object becomes another one, given as text. */
interface WayToChange {
  readonly method: "PUT" | "PATCH";
  readonly type: string;
  readonly query?: string;
  readonly body: (object: string) => string;
}

const asItIs = (object: string) => object;
const WAYS: readonly WayToChange[] = [
  { method: "PUT", type: "application/json", body: asItIs },
  { method: "PATCH", type: "application/merge-patch+json", body: asItIs },
  { method: "PATCH", type: "application/strategic-merge-patch+json", body: asItIs },
  {
    method: "PATCH",
    type: "application/json-patch+json",
    body: (object) => `[{"op":"replace","path":"","value":${object}}]`,
  },
  { method: "PATCH", type: "application/apply-patch+yaml", query: "&fieldManager=test&force=true", body: asItIs },
];

/** One kind in a world of its own. */
class Target {
  readonly sample: JsonObject;
  readonly #world = new World({ encryptionKey: KEY });
  readonly #path: string;

  constructor(kind: ResourceKind) {
    const [version] = kind.versions;
    this.#path = collectionOf(kind, version, "default");
    this.sample = manifestOf(kind, version);
  }

  /**
   * Creates it and, where that was allowed, lets the controllers look at it, shows it as a table and takes it away again.
   * The answer is that of the creation, or of the table if that failed.
   */
  async create(body: string): Promise<Answer> {
    const created = await this.#world.request("POST", `${this.#path}?fieldValidation=Strict`, body);
    if (!isFine(created)) return created;
    await this.#world.settle();
    const table = await this.#world.request("GET", this.#path, undefined, { accept: TABLE });
    await this.#world.request("DELETE", `${this.#path}/${created.body.metadata.name}`);
    // A namespace goes when the controllers have seen that it is empty.
    await this.#world.settle();
    return isFine(table) ? created : table;
  }

  /** Changes the stored sample to it, but only for show, so that every change begins with the same. */
  async tryChange(way: WayToChange, object: string): Promise<Answer> {
    const path = `${this.#path}/sample?dryRun=All${way.query ?? ""}`;
    return this.#world.request(way.method, path, way.body(object), { "content-type": way.type });
  }

  async storeSample(): Promise<AnswerBody> {
    return (await this.#world.request("POST", this.#path, this.sample)).body;
  }

  /** What is stored, and what the control plane complained of in its log. */
  async state(): Promise<{ readonly items: readonly AnswerBody[]; readonly errors: readonly string[] }> {
    const errors = this.#world.lines.filter((line) => line.includes("control-plane.error"));
    return { items: (await this.#world.request("GET", this.#path)).body.items, errors };
  }
}

function isFine({ code }: Answer): boolean {
  return code >= 200 && code < 300;
}

/** Empty for an answer as it should be: the object, or a Status that says why not. */
function complaint(mutation: Mutation, answer: Answer): readonly string[] {
  const { code, body } = answer;
  const isStatus = body.kind === "Status" && body.code === code && body.message !== "" && body.reason !== "";
  if (isFine(answer) || (code >= 400 && code < 500 && isStatus)) return [];
  return [`${mutation.name} -> ${code} ${JSON.stringify(body).slice(0, 200)}`];
}

/** As `complaint`; but to have been allowed is wrong too. */
function complaintUnlessRefused(mutation: Mutation, answer: Answer): readonly string[] {
  return isFine(answer) ? [`${mutation.name} -> ${answer.code}`] : complaint(mutation, answer);
}

/** What is found wrong when each of these is sent in turn. */
async function complaints(
  mutations: readonly Mutation[],
  send: (text: string) => Promise<Answer>,
  judge: (mutation: Mutation, answer: Answer) => readonly string[] = complaint,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const mutation of mutations) found.push(...judge(mutation, await send(mutation.text)));
  return found;
}

/** Undefined where anything may stand. */
function schemaAt(schema: Schema | undefined, path: Path): Schema | undefined {
  const [name, ...rest] = path;
  if (schema === undefined || name === undefined) return schema;
  if ("items" in schema) return schemaAt(schema.items, rest);
  if ("properties" in schema) return schemaAt(schema.properties[name], rest);
  return "additionalProperties" in schema ? schemaAt(schema.additionalProperties, rest) : undefined;
}

/** Whether only members that the schema names may stand there. */
function isClosed(kind: ResourceKind, path: Path): boolean {
  const schema = schemaAt(kind.schema, path);
  return schema !== undefined && "properties" in schema;
}

describe("[CP-HOS] hostile objects of every kind", () => {
  test.each(everyKind)("[CP-HOS-1] $resource: a wrong value anywhere", async ({ kind }) => {
    const target = new Target(kind);
    const before = await target.state();
    const mutations = [...wrongValues(target.sample), nullEverywhere(target.sample)];
    expect(await complaints(mutations, (text) => target.create(text))).toEqual([]);
    expect(await target.state()).toEqual(before);
  });

  test.each(everyKind)(
    "[CP-HOS-2] $resource: an unknown member, whatever its name, at every level",
    async ({ kind }) => {
      const target = new Target(kind);
      const before = await target.state();
      const mutations = extraMembers(target.sample, ["bogus", ...PROTOTYPE_NAMES]);
      const closed = mutations.filter(({ path }) => isClosed(kind, path));
      const open = mutations.filter(({ path }) => !isClosed(kind, path));
      expect(await complaints(closed, (text) => target.create(text), complaintUnlessRefused)).toEqual([]);
      expect(await complaints(open, (text) => target.create(text))).toEqual([]);
      expect(await target.state()).toEqual(before);
    },
  );

  test.each(everyKind)("[CP-HOS-3] $resource: ten thousand levels anywhere", async ({ kind }) => {
    const target = new Target(kind);
    const before = await target.state();
    const found = await complaints(deepValues(target.sample), (text) => target.create(text), complaintUnlessRefused);
    expect(found).toEqual([]);
    expect(await target.state()).toEqual(before);
  });

  test.each(everyKind)("[CP-HOS-4] $resource: 600 KiB anywhere", async ({ kind }) => {
    const target = new Target(kind);
    const before = await target.state();
    const found = await complaints(longTexts(target.sample), (text) => target.create(text), complaintUnlessRefused);
    expect(found).toEqual([]);
    expect(await target.state()).toEqual(before);
  });

  test.each(everyKind)("[CP-HOS-5] $resource: changes to any of it, tried only", async ({ kind }) => {
    const target = new Target(kind);
    const { metadata } = await target.storeSample();
    const before = await target.state();
    const { name, resourceVersion } = metadata;
    const object = { ...target.sample, metadata: { name, resourceVersion } };
    const mutations = [
      ...wrongValues(object, FEW_VALUES),
      ...extraMembers(object, PROTOTYPE_NAMES),
      nullEverywhere(object),
    ];
    for (const way of WAYS) {
      const found = await complaints(mutations, (text) => target.tryChange(way, text));
      expect(found, way.type).toEqual([]);
    }
    expect(await target.state()).toEqual(before);
  });

  test.each(everyKind)("[CP-HOS-6] $resource: bodies that are no object", async ({ kind }) => {
    const target = new Target(kind);
    const before = await target.state();
    const text = JSON.stringify(target.sample);
    const bodies = [
      "",
      "null",
      "[]",
      '"x"',
      "7",
      "{}",
      "{",
      text.slice(0, -1),
      `${text}}`,
      `[${text}]`,
      `${text}${text}`,
    ];
    const mutations = bodies.map((body) => ({ name: body, path: [], text: body }));
    expect(await complaints(mutations, (body) => target.create(body), complaintUnlessRefused)).toEqual([]);
    expect(await target.state()).toEqual(before);
  });
});

describe("[CP-HOS] hostile paths", () => {
  test.each([
    "/api/v1/constructor",
    "/api/v1/__proto__/default",
    "/api/__proto__/namespaces",
    "/apis/__proto__/v1/brokers",
    "/apis/eventing.knative.dev/constructor/brokers",
    "/apis/eventing.knative.dev/v1/namespaces/default/__proto__",
    "/apis/eventing.knative.dev/v1/namespaces/default/brokers/constructor",
    "/apis/eventing.knative.dev/v1/namespaces/__proto__/brokers/b",
    "/apis/sluice.dev/v1alpha1/namespaces/default/__proto__/b/log",
  ])("[CP-HOS-7] %s is not found, and nothing can be done there", async (path) => {
    const world = new World();
    const found = await world.request("GET", path);
    expect([found.code, found.body.kind, found.body.reason]).toEqual([404, "Status", "NotFound"]);
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const mutation = { name: method, path: [], text: "{}" };
      const answer = await world.request(method, path, mutation.text);
      expect(complaintUnlessRefused(mutation, answer)).toEqual([]);
    }
  });
});

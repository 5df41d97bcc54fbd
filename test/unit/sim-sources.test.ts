/** The simulator means something only while it runs what is deployed, and what is deployed is nothing else. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { CANARIES } from "../sim/canaries.ts";
import { INVARIANTS } from "../sim/invariants.ts";
import { planted } from "../sim/module-hooks.ts";
import { isNode, type Node, sourceFile } from "../tidy/source-file.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const INVARIANTS_FOLDER = join(ROOT, "test/sim/invariants");
const OBJECT = "src/channel/durable-object.ts";
const COURIER = "src/courier/entrypoint.ts";

/** Modules of the product that decide nothing: shapes, and what composition roots fill. */
const SHAPES = [
  "core/channel-protocol.ts",
  "core/operator-protocol.ts",
  "core/channel-name.ts",
  "core/sql-store.ts",
  "core/assert.ts",
  "flows/flow.ts",
];
/** The simulator's way into each part; `limits.ts` for the bounds that a run sets. */
const PARTS = [
  "channel/host.ts",
  "core/channel-rpc.ts",
  "courier/run-courier.ts",
  "courier/ports.ts",
  "ingress/coalesce.ts",
  "flows/sequence.ts",
  "flows/parallel.ts",
  "channel/limits.ts",
];
/** Words of what a channel and a courier decide. */
const DECISIONS = /lease|settle|match|retr(y|ies)|back-?off|park|expire/i;

describe("the modules that the simulator runs", () => {
  test("[SIM-1] the object imports the host and what counts its costs, and no other part of a channel", () => {
    const parts = productImports(OBJECT).filter((path) => path.startsWith("channel/"));
    expect(parts).toEqual(["channel/host.ts", "channel/usage.ts"]);
    expect(functionNames(OBJECT).filter((name) => DECISIONS.test(name))).toEqual(["lease"]);
    // Counts the call and gives the host.
    expect(longMethods(OBJECT)).toEqual(["called"]);
  });

  test("[SIM-2] the entry point imports the courier's run, and no part of a courier but it", () => {
    expect(productImports(COURIER).filter((path) => path.startsWith("courier/"))).toEqual(["courier/run-courier.ts"]);
    expect(functionNames(COURIER).filter((name) => DECISIONS.test(name))).toEqual(["lease"]);
  });

  test("[SIM-3] the simulator goes in where the object, the entry point and the ingress do", () => {
    const imports = simulatorFiles().flatMap(productImports);
    expect(imports.filter((path) => !SHAPES.includes(path) && !PARTS.includes(path))).toEqual([]);
    for (const part of PARTS) expect(imports).toContain(part);
  });

  test.each(CANARIES)("[SIM-4] the canary $name fits its module, once", ({ file, ...canary }) => {
    const source = readFileSync(join(ROOT, file), "utf8");
    expect(planted(source, { file, ...canary })).not.toBe(source);
    expect(() => planted(source + source, { file, ...canary })).toThrow("does not fit");
  });
});

describe("the invariants", () => {
  const files = readdirSync(INVARIANTS_FOLDER);

  test.each(files)("[SIM-21] %s is held, and a canary is known that violates it and no other", async (file) => {
    const exported: Readonly<Record<string, unknown>> = await import(join(INVARIANTS_FOLDER, file));
    const own = INVARIANTS.filter((invariant) => Object.values(exported).includes(invariant));
    const names = own.map(({ name }) => name);
    const shown = names.map((name) => CANARIES.find(({ violates }) => violates.join() === name)?.name);
    expect({ file, names, shown }).toEqual({ file, names: [expect.any(String)], shown: [expect.any(String)] });
  });

  test("[SIM-24] are those that canaries name, and no others", () => {
    const names = INVARIANTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(files.length);
    expect(CANARIES.flatMap(({ violates }) => violates).filter((name) => !names.includes(name))).toEqual([]);
  });
});

function productImports(path: string): string[] {
  const { nodes } = sourceFile(path, readFileSync(join(ROOT, path), "utf8"));
  const modules = nodes.flatMap(({ type, source }) =>
    /^(Import|Export)/.test(type) && isNode(source) && typeof source.value === "string" ? [source.value] : [],
  );
  const folder = join(ROOT, path, "..");
  return [...new Set(modules)]
    .filter((module) => module.startsWith("."))
    .map((module) => resolve(folder, module))
    .filter((module) => module.startsWith(join(ROOT, "src/")))
    .map((module) => module.slice(join(ROOT, "src/").length));
}

/** Names of functions, methods and of properties that hold a function. */
function functionNames(path: string): string[] {
  const { nodes } = sourceFile(path, readFileSync(join(ROOT, path), "utf8"));
  return nodes.flatMap((node) => {
    if (node.type === "FunctionDeclaration") return nameOf(node.id);
    if (node.type === "MethodDefinition") return nameOf(node.key);
    return node.type === "Property" && isNode(node.value) && /Function/.test(node.value.type) ? nameOf(node.key) : [];
  });
}

function nameOf(value: unknown): string[] {
  return isNode(value) && typeof value.name === "string" ? [value.name] : [];
}

/** Methods of the object that do more than pass a call on. */
function longMethods(path: string): string[] {
  const { nodes } = sourceFile(path, readFileSync(join(ROOT, path), "utf8"));
  return nodes.flatMap((node) => {
    if (node.type !== "MethodDefinition" || node.kind === "constructor") return [];
    return statementsOf(node) === 1 ? [] : nameOf(node.key);
  });
}

function statementsOf({ value }: Node): number {
  const body = isNode(value) && isNode(value.body) ? value.body.body : undefined;
  return Array.isArray(body) ? body.length : 0;
}

function simulatorFiles(): string[] {
  return readdirSync(join(ROOT, "test/sim"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join("test/sim", path));
}

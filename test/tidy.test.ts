/** Holds the whole tree to its own rules, and proves on a small bad sample that each rule can fail. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { RULES } from "./tidy/rules.ts";
import { type SourceFile, sourceFile } from "./tidy/source-file.ts";
import { idsInSeveralFiles } from "./tidy/test-ids.ts";

const ROOT = resolve(import.meta.dirname, "..");
const FOLDERS = ["src", "scripts", "test", "bench", "migrations", "examples", "docs", "decisions", ".ci"];
const FILES = ["README.md", "package.json", "wrangler.toml", "vitest.config.ts"];
/** Recorded elsewhere: data, not prose of this project. */
const RECORDED = /^test\/oracle\//;

describe("tidy", () => {
  const files = projectFiles();

  it.each(RULES)("[TIDY] $name", (rule) => {
    expect(files.flatMap((file) => rule.check(file).map((message) => `${file.path}: ${message}`))).toEqual([]);
  });

  it("[TIDY] an id of tests leads to one file", () => {
    expect(idsInSeveralFiles(files)).toEqual([]);
  });

  it("[TIDY] the whole tree is read", () => {
    const paths = files.map((file) => file.path);
    expect(paths).toContain("src/core/channel-protocol.ts");
    expect(paths).toContain("scripts/start.mjs");
    expect(paths).toContain("test/tidy.test.ts");
  });
});

/** For each rule, by its position: files it must refuse, and some it must let pass. */
const SAMPLES: readonly { readonly bad: readonly SourceFile[]; readonly good: readonly SourceFile[] }[] = [
  {
    bad: [code("src/core/long.ts", `${"\n".repeat(300)}f();`)],
    good: [code("src/core/long.ts", `${"\n".repeat(299)}f();\n`)],
  },
  {
    bad: [
      code("src/core/a.ts", `export function f() {${"\n".repeat(70)}}`),
      code("src/core/a.ts", `class A { m() {${"\n".repeat(70)}} }`),
      code("scripts/a.mjs", `const f = () => {${"\n".repeat(70)}}`),
    ],
    good: [code("src/core/a.ts", `export function f() {${"\n".repeat(69)}}`)],
  },
  {
    bad: [
      code("src/core/a.ts", 'import { b } from "../channel/b.ts";'),
      code("src/core/a.ts", 'import { Hono } from "hono";'),
      code("src/core/a.ts", 'import type { Env } from "../environment.ts";'),
      code("src/flows/a.ts", 'import { DurableObject } from "cloudflare:workers";'),
      code("src/ingress/a.ts", 'import type { B } from "../courier/b.ts";'),
      code("src/channel/a.ts", 'export { b } from "../control-plane/b.ts";'),
      code("src/channel/a.ts", 'type B = import("../control-plane/b.ts").B;'),
      code("src/channel/a.ts", 'const b = await import("../control-plane/b.ts");'),
      code("src/channel/a.ts", 'import { settings } from "../platform/settings.ts";'),
      code("src/channel/durable-object.ts", 'import { b } from "../courier/b.ts";'),
      code("src/channel/a.ts", 'import { Hono } from "hono";'),
      code("src/control-plane/discovery/a.ts", 'import { b } from "../api/b.ts";'),
      code("src/control-plane/reconcile/a.ts", 'import { b } from "../api/b.ts";'),
      code("src/control-plane/patches/a.ts", 'import type { B } from "../store/b.ts";'),
      code("src/control-plane/compile/a.ts", 'import type { B } from "../store/b.ts";'),
      code("src/channel/a.ts", 'import { readFileSync } from "node:fs";'),
      code("src/channel/a.ts", 'import migration from "../../migrations/channel/1.sql";'),
      code("bench/a.ts", 'import { b } from "../test/crash/b.ts";'),
      code("test/kit/a.ts", 'import { b } from "../soak/b.ts";'),
    ],
    good: [
      code("src/channel/a.ts", 'import { b } from "./b.ts"; import { c } from "../core/c.ts";'),
      code("src/sources/github/a.ts", 'import { b } from "../b.ts"; import { c } from "../../core/c.ts";'),
      code("src/control-plane/a.ts", 'import { Hono } from "hono";'),
      code("src/control-plane/engine.ts", 'import { b } from "./api/b.ts";'),
      code("src/control-plane/writes/a.ts", 'import { b } from "../store/b.ts"; import { c } from "../patches/c.ts";'),
      code(
        "src/channel/durable-object.ts",
        'import { a } from "../platform/a.ts"; import { D } from "cloudflare:workers";',
      ),
      code("src/worker.ts", 'import { b } from "./ingress/b.ts"; import { c } from "./courier/c.ts";'),
      code("test/crash/a.ts", 'import { b } from "../kit/b.ts"; import { c } from "../../src/channel/c.ts";'),
      code("test/system/a.test.ts", 'import { b } from "../crash/b.ts"; import { c } from "./c.ts";'),
    ],
  },
  {
    bad: [
      "src/core/Event.ts",
      "src/core/my_event.ts",
      "src/core/utils.ts",
      "src/channel/helpers/a.ts",
      "src/core/types.ts",
    ].map((path) => code(path, "export {};")),
    good: ["src/core/event.ts", "test/unit/event.test.ts", "src/sql-module.d.ts", "scripts/start.mjs"].map((path) =>
      code(path, "export {};"),
    ),
  },
  {
    bad: [
      code("src/core/a.ts", 'export { a } from "./b.ts";\nexport { c } from "./d.ts";'),
      code("src/core/a.ts", 'f();\nexport * from "./b.ts";'),
    ],
    good: [code("src/worker.ts", 'export { A } from "./a.ts";\nexport default {};')],
  },
  { bad: [code("test/a.ts", "let a: any;")], good: [code("test/a.ts", 'let any = "any";')] },
  { bad: [code("test/a.ts", "a!.b();")], good: [code("test/a.ts", "!a.b();")] },
  {
    bad: [code("src/core/a.ts", "const a = b as string;"), code("src/core/a.ts", "const a = <string>b;")],
    good: [
      code("src/core/a.ts", 'const a = ["b"] as const;'),
      code("src/core/channel-name.ts", "const a = b as ChannelName;"),
      code("src/channel/durable-object.ts", "const a = b as ChannelName;"),
    ],
  },
  {
    bad: [`// @ts-${"ignore"}`, `// @ts-${"expect-error"}`, `// biome-${"ignore"} lint: reason`].map((text) =>
      code("test/a.ts", text),
    ),
    good: [code("test/a.ts", "// ignored by design")],
  },
  {
    bad: [
      "SELECT a FROM b",
      "insert into a values (1)",
      "UPDATE a SET b = 1",
      "DELETE FROM a",
      "CREATE TABLE a (b)",
    ].flatMap((sql) => [
      code("src/channel/lease.ts", `run("${sql}");`),
      code("src/channel/lease.ts", `run(\`${sql}\`);`),
    ]),
    good: [
      code("src/channel/storage.ts", 'run("SELECT a FROM b");'),
      code("src/channel/lease.ts", 'say("select another name for the trigger");'),
      code("src/channel/lease.ts", "// SELECT a FROM b"),
    ],
  },
  {
    bad: [
      code("src/ingress/a.ts", "await fetch(url);"),
      code("src/ingress/a.ts", "await globalThis.fetch(url);"),
      code("src/ingress/a.ts", "const ports = { send: fetch };"),
    ],
    good: [
      code("src/courier/a.ts", "await fetch(url);"),
      code("src/worker.ts", "await fetch(url);"),
      code("src/control-plane/a.ts", "class A { async fetch(request) { return this.api.fetch(request); } }"),
    ],
  },
  {
    bad: [
      code("src/ingress/a.ts", "const a = env.SLUICE_WAKE;"),
      code("src/ingress/a.ts", "const a = process.env.SLUICE_WAKE;"),
      code("src/ingress/a.ts", 'import { env } from "cloudflare:workers";'),
    ],
    good: [code("src/worker.ts", "const a = env.CHANNEL;"), code("src/ingress/a.ts", "const a = settings.wake;")],
  },
  {
    bad: ["skip", "only", "todo", "fails"].flatMap((word) => [
      code("test/a.test.ts", `it.${word}("a", f);`),
      code("test/a.test.ts", `describe.${word}("a", f);`),
    ]),
    good: [code("test/a.test.ts", 'it.each(cases)("a", f); cursor.skip(3);')],
  },
  {
    bad: [`// ${"TO"}DO: later`, `// ${"FIX"}ME`].map((text) => code("src/core/a.ts", text)),
    good: [code("src/core/a.ts", "const todos = 1;")],
  },
  {
    bad: [`see /wo${"rk"}/main`, `see ..${"/shared"}`, `made by a sub${"agent"}`].map((text) =>
      sourceFile("README.md", text),
    ),
    good: [sourceFile("README.md", "a courier at work")],
  },
];

describe("the rules themselves", () => {
  it.each(RULES.map((rule, index) => ({ name: rule.name, rule, samples: SAMPLES[index] })))(
    "[TIDY] can fail: $name",
    ({ rule, samples }) => {
      const passedBad = samples?.bad.filter((file) => rule.check(file).length === 0).map((file) => file.text);
      const refusedGood = samples?.good.filter((file) => rule.check(file).length > 0).map((file) => file.text);
      expect({ passedBad, refusedGood }).toEqual({ passedBad: [], refusedGood: [] });
      expect(samples?.bad.length).toBeGreaterThan(0);
    },
  );

  it("[TIDY] can fail: an id of tests leads to one file", () => {
    const sample = (path: string, ...ids: readonly string[]) =>
      code(path, ids.map((id) => `test("[${id}] is so", f);`).join("\n"));
    const files = [sample("test/a.test.ts", "AB-1", "AB-1", "C-D-2", "MODE-2"), sample("test/b.ts", "AB-2", "MODE-2")];
    expect(idsInSeveralFiles(files)).toEqual([]);
    const others = [sample("test/c.test.ts", "C-D-2"), code("test/d.test.ts", "test(`[AB-2] is so`, f);")];
    expect(idsInSeveralFiles([...files, ...others])).toEqual([
      "C-D-2 is in test/a.test.ts and test/c.test.ts",
      "AB-2 is in test/b.ts and test/d.test.ts",
    ]);
  });
});

function code(path: string, text: string): SourceFile {
  return sourceFile(path, text);
}

function projectFiles(): readonly SourceFile[] {
  const paths = [...FOLDERS.flatMap((folder) => filesUnder(folder)), ...FILES.filter(exists)];
  return paths
    .filter((path) => !RECORDED.test(path))
    .map((path) => sourceFile(path, readFileSync(join(ROOT, path), "utf8")));
}

function filesUnder(folder: string): readonly string[] {
  if (!exists(folder)) return [];
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    return statSync(join(ROOT, path)).isDirectory() ? filesUnder(path) : [path];
  });
}

function exists(path: string): boolean {
  return statSync(join(ROOT, path), { throwIfNoEntry: false }) !== undefined;
}

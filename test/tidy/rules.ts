/** The rules that every file of the project keeps. A rule returns one message for each place that breaks it. */
import { importsAgainstLayers, isCompositionRoot } from "./layers.ts";
import { child, lineOf, type Node, type SourceFile } from "./source-file.ts";

export interface Rule {
  readonly name: string;
  check(file: SourceFile): readonly string[];
}

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 70;

/** The one place for each database's SQL; migrations are files of their own. */
const SQL_FILES = [
  "src/channel/segment-table.ts",
  "src/channel/storage.ts",
  "src/channel/straggler-table.ts",
  "src/control-plane/store/change-log.ts",
  "src/control-plane/store/known-channels.ts",
  "src/control-plane/store/migrate.ts",
  "src/control-plane/store/object-store.ts",
  "src/control-plane/store/public-url.ts",
  "src/control-plane/store/token-table.ts",
];
const SQL =
  /\b(SELECT\s[\s\S]*\bFROM|INSERT\s+(OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|(CREATE|DROP|ALTER)\s+(TABLE|INDEX)|PRAGMA)\b/i;

/** Where a cast is the only way: a brand's own parser, and rows whose shape the SQL decides. Roots cast what RPC gives. */
const CAST_FILES = ["src/core/channel-name.ts", "src/platform/durable-sql.ts"];

const BANNED_FILE_NAMES = /(^|\/)(utils?|helpers?|common|shared|types|misc|index)(\/|\.|$)/;
const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|d|config))?\.(ts|mjs)$/;
const FUNCTIONS = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"];

// Written in parts, so that the rule does not find itself.
const UNFINISHED = new RegExp(
  ["TO", "FIX", "XX"].map((start, index) => `\\b${start}${["DO", "ME", "X"][index]}\\b`).join("|"),
);
const WORKPLACE = new RegExp(["/wo" + "rk/", "\\.\\./sha" + "red", "sub" + "agent"].join("|"), "i");
const SUPPRESSION = new RegExp(["@ts-" + "(ignore|expect-error|nocheck)", "biome-" + "ignore"].join("|"));

export const RULES: readonly Rule[] = [
  {
    name: `a file of the product has at most ${MAX_FILE_LINES} lines`,
    check(file) {
      const lines = lineOf(file, file.text.trimEnd().length);
      return isProduct(file) && lines > MAX_FILE_LINES ? [`${lines} lines`] : [];
    },
  },
  {
    name: `a function of the product has at most ${MAX_FUNCTION_LINES} lines`,
    check: (file) =>
      file.nodes
        .filter((node) => isProduct(file) && FUNCTIONS.includes(node.type))
        .map((node) => ({
          first: lineOf(file, node.start),
          lines: lineOf(file, node.end) - lineOf(file, node.start) + 1,
        }))
        .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
        .map(({ first, lines }) => `the function in line ${first} has ${lines} lines`),
  },
  {
    name: "imports keep to the layers",
    check: (file) => importsAgainstLayers(file).map((module) => `imports ${module}`),
  },
  {
    name: "files are named in kebab-case for what they export",
    check(file) {
      const name = file.path.slice(file.path.lastIndexOf("/") + 1);
      const isNamed = !isCode(file) || (FILE_NAME.test(name) && !BANNED_FILE_NAMES.test(file.path));
      return isNamed ? [] : ["choose a name that says what is in it"];
    },
  },
  {
    name: "no file only passes on what others export",
    check(file) {
      const statements = file.nodes.find((node) => node.type === "Program")?.body;
      const passedOn =
        Array.isArray(statements) && statements.length > 0 && statements.every((each) => each.source && isExport(each));
      return passedOn || file.nodes.some((node) => node.type === "ExportAllDeclaration") ? ["is a barrel"] : [];
    },
  },
  { name: "no any", check: forbid((node) => node.type === "TSAnyKeyword", "any") },
  { name: "no non-null assertion", check: forbid((node) => node.type === "TSNonNullExpression", "!") },
  {
    name: "no cast in the product but where a brand or a row is made",
    check(file) {
      if (!file.path.startsWith("src/") || isCompositionRoot(file.path) || CAST_FILES.includes(file.path)) return [];
      return forbid(isCast, "as")(file);
    },
  },
  {
    name: "nothing is hidden from the type checker or the linter",
    check: (file) => (SUPPRESSION.test(file.text) ? ["has a suppression"] : []),
  },
  {
    name: "SQL stands in the files made for it",
    check(file) {
      if (!file.path.startsWith("src/") || SQL_FILES.includes(file.path)) return [];
      return forbid((node) => SQL.test(textOf(node)), "SQL")(file);
    },
  },
  {
    name: "only couriers and composition roots reach out with fetch",
    check(file) {
      if (!file.path.startsWith("src/") || file.path.startsWith("src/courier/") || isCompositionRoot(file.path))
        return [];
      return forbid(isOutboundFetch, "fetch")(file);
    },
  },
  {
    name: "only composition roots and the platform read the environment",
    check(file) {
      if (!file.path.startsWith("src/") || file.path.startsWith("src/platform/") || isCompositionRoot(file.path))
        return [];
      return forbid((node) => child(node, "object", "Identifier")?.name === "env" || isImportedEnv(node), "env")(file);
    },
  },
  {
    name: "no test is skipped or runs alone",
    check: forbid(
      (node) =>
        node.type === "MemberExpression" &&
        /^(it|test|describe|suite)$/.test(String(child(node, "object", "Identifier")?.name)) &&
        /^(skip|only|todo|fails|skipIf|runIf)$/.test(String(child(node, "property", "Identifier")?.name)),
      "a test that does not count",
    ),
  },
  { name: "nothing is left unfinished", check: (file) => matches(file, UNFINISHED) },
  { name: "the product speaks of itself alone", check: (file) => matches(file, WORKPLACE) },
];

function forbid(isForbidden: (node: Node) => boolean, what: string): (file: SourceFile) => readonly string[] {
  return (file) => file.nodes.filter(isForbidden).map((node) => `${what} in line ${lineOf(file, node.start)}`);
}

function matches(file: SourceFile, words: RegExp): readonly string[] {
  const match = words.exec(file.text);
  return match === null ? [] : [`${JSON.stringify(match[0])} in line ${lineOf(file, match.index)}`];
}

function isProduct(file: SourceFile): boolean {
  return isCode(file) && /^(src|scripts)\//.test(file.path);
}

function isCode(file: SourceFile): boolean {
  return /\.(ts|mjs)$/.test(file.path);
}

function isExport(statement: Node): boolean {
  return statement.type.startsWith("Export");
}

function isCast(node: Node): boolean {
  if (node.type === "TSTypeAssertion") return true;
  if (node.type !== "TSAsExpression") return false;
  const target = child(node, "typeAnnotation", "TSTypeReference");
  return target === undefined || child(target, "typeName", "Identifier")?.name !== "const";
}

/** `fetch(...)`, `globalThis.fetch`, or `fetch` handed on as a value under another name. */
function isOutboundFetch(node: Node): boolean {
  if (node.type === "CallExpression") return child(node, "callee", "Identifier")?.name === "fetch";
  if (node.type === "Property") return child(node, "value", "Identifier")?.name === "fetch" && node.shorthand === false;
  if (node.type !== "MemberExpression") return false;
  const holder = child(node, "object", "Identifier")?.name;
  return /^(globalThis|self)$/.test(String(holder)) && child(node, "property", "Identifier")?.name === "fetch";
}

/** `import { env } from "cloudflare:workers"` and `process.env`. */
function isImportedEnv(node: Node): boolean {
  if (node.type === "ImportSpecifier") return child(node, "imported", "Identifier")?.name === "env";
  return (
    node.type === "MemberExpression" &&
    child(node, "property", "Identifier")?.name === "env" &&
    child(node, "object", "Identifier")?.name === "process"
  );
}

/** The text of a string or of the fixed parts of a template. */
function textOf(node: Node): string {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : "";
  if (node.type !== "TemplateLiteral" || !Array.isArray(node.quasis)) return "";
  return node.quasis.map((quasi: { readonly value: { readonly raw: string } }) => quasi.value.raw).join("x");
}

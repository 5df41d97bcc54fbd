/**
 * Who may import whom.
 *
 *   worker.ts                                          anything
 *   {layer}/durable-object.ts, {layer}/entrypoint.ts   their own layer, core, platform, environment
 *   ingress channel control-plane courier sources ...  themselves, core and flows; never each other
 *   platform                                           itself, core, environment
 *   flows                                              itself, core
 *   core                                               itself
 *     control-plane/api                                is imported by control-plane/engine.ts alone
 *     rooms of the control plane that only compute     no room that keeps or changes something: see below
 *   bench test/{crash,prober,sim,soak,system}          themselves, test/kit and the product; a *.test.ts of them anything
 */
import { posix } from "node:path";
import { child, type Node, type SourceFile } from "./source-file.ts";

const CORE = ["core"];
const SIBLINGS = ["ingress", "channel", "control-plane", "courier", "sources"];
/** Rooms of the control plane that only compute. */
const PURE_ROOMS = [
  ...["access", "bodies", "compile", "conversions", "definitions", "discovery", "kinds", "managed-fields", "openapi"],
  ...["patches", "presentation", "validation"],
];
const STATEFUL_ROOMS = ["events", "reconcile", "store", "watch", "webhooks", "writes"];
const ROOT_FILE = /^src\/(worker|[a-z-]+\/(durable-object|entrypoint))\.ts$/;
/** What people and tests start against the product, and what it shares. */
const RUN = /^(bench|test\/(?:crash|kit|prober|sim|soak|system))\//;
/** Packages from npm, and the layers that may use them. */
const PACKAGES = new Map([
  ["hono", ["control-plane"]],
  ["yaml", ["control-plane"]],
]);
/** Types of the runtime's own modules and SQL text belong to whoever talks to the runtime. */
const RUNTIME = /^cloudflare:|\.sql$/;

export function isCompositionRoot(path: string): boolean {
  return ROOT_FILE.test(path);
}

/** One message for each import against the layers. */
export function importsAgainstLayers(file: SourceFile): readonly string[] {
  if (runOf(file.path) !== undefined)
    return file.nodes.flatMap(importedModule).filter((module) => isOfAnotherRun(file.path, module));
  if (!file.path.startsWith("src/") || file.path === "src/worker.ts" || file.path === "src/environment.ts") return [];
  return file.nodes.flatMap(importedModule).filter((module) => !mayImport(file.path, module));
}

function isOfAnotherRun(path: string, module: string): boolean {
  const other = module.startsWith(".") ? runOf(posix.join(posix.dirname(path), module)) : undefined;
  return other !== undefined && other !== runOf(path) && other !== "test/kit";
}

/** `test/soak` of `test/soak/judge.ts`; undefined for what is no part of a run. */
function runOf(path: string): string | undefined {
  return path.endsWith(".test.ts") ? undefined : RUN.exec(path)?.[1];
}

function mayImport(path: string, module: string): boolean {
  const layer = layerOf(path);
  if (RUNTIME.test(module)) return isCompositionRoot(path);
  if (!module.startsWith(".")) return PACKAGES.get(packageName(module))?.includes(layer) === true;
  const target = posix.join(posix.dirname(path), module);
  if (!target.startsWith("src/") || !allowedLayers(path, layer).includes(layerOf(target))) return false;
  return layer !== "control-plane" || mayEnter(roomOf(path), roomOf(target));
}

function mayEnter(from: string, to: string): boolean {
  if (to === "api") return from === "api" || from === "engine.ts";
  return !(PURE_ROOMS.includes(from) && STATEFUL_ROOMS.includes(to));
}

/** `api` of `src/control-plane/api/api.ts`, `engine.ts` of `src/control-plane/engine.ts`. */
function roomOf(path: string): string {
  return path.split("/")[2] ?? "";
}

function allowedLayers(path: string, layer: string): readonly string[] {
  if (layer === "core") return CORE;
  if (layer === "flows") return ["flows", ...CORE];
  if (layer === "platform") return ["platform", "environment.ts", ...CORE];
  if (!SIBLINGS.includes(layer)) return [];
  const own = [layer, "flows", ...CORE];
  return isCompositionRoot(path) ? [...own, "platform", "environment.ts"] : own;
}

/** `core` of `src/core/event.ts`, `environment.ts` of `src/environment.ts`. */
function layerOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function packageName(module: string): string {
  return module
    .split("/")
    .slice(0, module.startsWith("@") ? 2 : 1)
    .join("/");
}

function importedModule(node: Node): readonly string[] {
  const source = child(node, "source", "Literal");
  if (/^(Import|Export)/.test(node.type)) return typeof source?.value === "string" ? [source.value] : [];
  // import("./x.ts").Type
  const argument =
    node.type === "TSImportType"
      ? (child(node, "source", "Literal") ?? child(node, "argument", "TSLiteralType"))
      : undefined;
  const literal = argument?.type === "TSLiteralType" ? child(argument, "literal", "Literal") : argument;
  return typeof literal?.value === "string" ? [literal.value] : [];
}

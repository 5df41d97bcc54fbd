/** A file of the project as the rules see it: its path, its text and, for code, its syntax tree. */
import { parseSync } from "vite";

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Every node of the tree, outer ones first; empty for files that are no code. */
  readonly nodes: readonly Node[];
}

const CODE = /\.(ts|mjs)$/;

export function sourceFile(path: string, text: string): SourceFile {
  if (!CODE.test(path)) return { path, text, nodes: [] };
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path} cannot be parsed: ${errors[0].message}`);
  const nodes: Node[] = [];
  collect(program, nodes);
  return { path, text, nodes };
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The node in a field, when it is of this type. */
export function child(node: Node, field: string, type: string): Node | undefined {
  const value = node[field];
  return isNode(value) && value.type === type ? value : undefined;
}

export function lineOf(file: SourceFile, offset: number): number {
  return file.text.slice(0, offset).split("\n").length;
}

function collect(value: unknown, nodes: Node[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, nodes);
    return;
  }
  if (!isNode(value)) return;
  nodes.push(value);
  for (const field of Object.values(value)) collect(field, nodes);
}

/** The ids of rules that titles of tests begin with: each leads to one file, so that whoever reads it in a report finds its test. */
import type { Node, SourceFile } from "./source-file.ts";

const TITLE = /^\[([A-Z][A-Z-]*-\d+)\] /;
/** Rules that two parts keep together, each with tests of its own. */
const OF_TWO_PARTS = ["ING-1", "ING-9", "ING-12", "MODE-2"];

/** One message for each id that stands in several files. */
export function idsInSeveralFiles(files: readonly SourceFile[]): readonly string[] {
  const paths = new Map<string, Set<string>>();
  for (const file of files) {
    for (const title of titlesIn(file)) {
      const id = TITLE.exec(title)?.[1] ?? "";
      paths.set(id, (paths.get(id) ?? new Set()).add(file.path));
    }
  }
  return [...paths]
    .filter(([id, { size }]) => size > 1 && !OF_TWO_PARTS.includes(id))
    .map(([id, places]) => `${id} is in ${[...places].join(" and ")}`);
}

/** Titles stand as text in the calls of tests or in the tables that those go through. */
export function titlesIn({ nodes }: SourceFile): readonly string[] {
  return nodes.map(textOf).filter((text) => TITLE.test(text));
}

/** Of a string, or of a piece of a template. */
function textOf({ type, value }: Node): string {
  if (type === "Literal") return typeof value === "string" ? value : "";
  const isPiece = type === "TemplateElement" && typeof value === "object" && value !== null && "raw" in value;
  return isPiece ? String(value.raw) : "";
}

/** A CESQL expression as a clause: it passes an event for which it is true, without an error (CESQL 1.2). */
import { shown } from "../attribute-rules.ts";
import { compileCesql, type Evaluation } from "../cesql/compile.ts";
import type { CompiledClause } from "./clause.ts";

export function cesqlClause(text: string, path: string): CompiledClause {
  if (text === "") return { kind: "blank" };
  const compiled = compileCesql(text);
  if (compiled.kind === "malformed") return { kind: "problem", path, problem: placed(compiled) };
  const { program } = compiled;
  if (program.unknownFunction !== undefined) return { kind: "problem", path, problem: placed(program.unknownFunction) };
  if (program.type !== "Boolean" && program.type !== "Any") {
    return { kind: "problem", path, problem: `the expression yields a value of type ${program.type}, not Boolean` };
  }
  return {
    kind: "clause",
    passes: program.holds,
    rejections(attributes) {
      const evaluation = program.evaluate(attributes);
      return evaluation.error === undefined && evaluation.value === true
        ? []
        : [{ path, reason: reasonOf(evaluation) }];
    },
  };
}

function reasonOf({ value, error }: Evaluation): string {
  if (error !== undefined) return placed(error);
  return value === false ? "the expression is false" : `the expression is ${shown(String(value))}, which is no Boolean`;
}

/** People count characters from 1. */
function placed({ message, at }: { readonly message: string; readonly at: number }): string {
  return `${message}, at character ${at + 1}`;
}

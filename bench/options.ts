/** The command line of the benchmark. */
import { parseArgs } from "node:util";
import { positiveOption } from "../test/kit/positive-option.ts";
import { loadTool } from "./load/closed-loop.ts";
import { ROW_IDS, type RowId, type Settings } from "./rows/row.ts";

export interface Options extends Settings {
  readonly rows: readonly RowId[];
  readonly repeat: number;
  readonly isQuick: boolean;
}

export function optionsFrom(parameters: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      only: { type: "string", default: ROW_IDS.join(",") },
      quick: { type: "boolean", default: false },
      seconds: { type: "string" },
      repeat: { type: "string" },
    },
  });
  const seconds = positiveOption("seconds", values.seconds ?? (values.quick ? "3" : "10"));
  return {
    isQuick: values.quick,
    rows: rowsFrom(values.only),
    repeat: positiveOption("repeat", values.repeat ?? (values.quick ? "1" : "3")),
    tool: loadTool(),
    seconds,
    warmUpSeconds: values.quick ? 1 : 3,
    backlogEvents: values.quick ? 20_000 : 200_000,
    costSeconds: values.quick ? 5 : 20,
  };
}

/** A quick look must not take the place of the record. */
export function isFull(options: Options): boolean {
  return !options.isQuick && options.rows.length === ROW_IDS.length;
}

function rowsFrom(text: string): readonly RowId[] {
  const asked = text.split(",");
  const unknown = asked.filter((each) => !ROW_IDS.some((row) => row === each));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(",")}: rows are ${ROW_IDS.join(",")}`);
  return ROW_IDS.filter((row) => asked.includes(row));
}

/** Runs the rows, one after another and then again: what slows the machine for a while slows floors and rows alike. */
import type { Options } from "./options.ts";
import { measureFloor } from "./rows/floors.ts";
import type { Rate, RowId } from "./rows/row.ts";
import { measureThroughput } from "./rows/throughput.ts";

export async function measureAll(options: Options, progress: (line: string) => void): Promise<readonly Rate[]> {
  const rates: Rate[] = [];
  for (let round = 1; round <= options.repeat; round++) {
    for (const row of options.rows) {
      const rate = await measureRate(row, options);
      if (rate === undefined) continue;
      rates.push(rate);
      progress(`${round}/${options.repeat} (${row}) ${Math.round(rate.perSecond)}/s ${rate.faults.join("; ")}`);
    }
  }
  return rates;
}

function measureRate(row: RowId, options: Options): Promise<Rate> | undefined {
  switch (row) {
    case "a":
    case "b":
      return measureFloor(row, options);
    case "c":
    case "d":
    case "e":
    case "f":
      return measureThroughput(row, options);
    default:
      return undefined;
  }
}

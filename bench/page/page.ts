/** The text of `docs/benchmarks.md`. Every figure comes from a record; a record that is missing is said to be. */
import { median } from "../../test/kit/statistics.ts";
import { faultsIn, type Results } from "../results.ts";
import { costSection } from "./cost-section.ts";
import type { Records } from "./records.ts";
import { filtersSection, latencySection, targetsSection, throughputSection } from "./results-sections.ts";
import { crashSection, dayOf, machineLine, simSection, soakSection } from "./run-sections.ts";

export function pageOf({ results, crash, soak, sim }: Records): string {
  const sections = [
    "# Benchmarks",
    "Drawn by `npm run bench:docs` from the records in `bench/*.json`; `npm run bench` measures.",
    results === undefined
      ? "There is no record of `npm run bench` yet."
      : [
          `Measured ${dayOf(results.recordedAt)}${results.commit === undefined ? "" : `, commit ${results.commit.slice(0, 7)},`} on ${machineLine(results.machine)}. The router, the load and the subscribers share this machine${otherWorkLine(results.otherWork)}, so absolute figures move from run to run. What holds is how rows of one run compare: they are measured in turn, and each figure is the median of ${results.load.repeat} rounds; the backlog, which takes minutes, and the costs, which are counted and not timed, are measured once.`,
          ...faultLines(results),
          ...targetsSection(results),
          ...throughputSection(results),
          ...latencySection(results),
          ...filtersSection(results),
          ...costSection(results),
        ].join("\n\n"),
    ...crashSection(crash),
    ...soakSection(soak),
    ...simSection(sim),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** A figure that is missing has its reason here. */
function faultLines(results: Results): readonly string[] {
  const faults = faultsIn(results);
  return faults.length === 0
    ? []
    : ["What failed, and does not count:", faults.map((fault) => `- ${fault}`).join("\n")];
}

function otherWorkLine(samples: readonly number[]): string {
  if (samples.length === 0) return "";
  const percent = (share: number) => Math.round(share * 100);
  return ` with other work, which used ${percent(median(samples))} % of its CPU time (${percent(Math.min(...samples))} to ${percent(Math.max(...samples))} %, sampled between the rows)`;
}

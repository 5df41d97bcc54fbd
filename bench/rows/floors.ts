/** (a) a Worker that reads the body and answers; (b) the same once a Durable Object has committed it. */
import { cpuMs, peakResidentMb } from "../../test/kit/process-figures.ts";
import { withFolder } from "../../test/kit/temporary-folder.ts";
import { type Posted, post } from "../load/closed-loop.ts";
import { startFloor } from "../plain-workerd.ts";
import type { Rate, Settings } from "./row.ts";

export function measureFloor(row: "a" | "b", settings: Settings): Promise<Rate> {
  return withFolder(async (folder) => {
    const floor = await startFloor(folder);
    try {
      const url = `${floor.url}/${row === "a" ? "accept" : "commit"}`;
      const count = async () => Number(await (await fetch(`${floor.url}/count`)).text());
      await post(settings.tool, { url, seconds: settings.warmUpSeconds, folder });
      const [before, cpuBefore] = [await count(), cpuMs(floor.pid)];
      const posted = await post(settings.tool, { url, seconds: settings.seconds, folder });
      const cpu = cpuMs(floor.pid) - cpuBefore;
      const arrived = row === "a" ? posted.acked : (await count()) - before;
      return {
        row,
        perSecond: posted.acked / posted.seconds,
        acked: posted.acked,
        arrived,
        repeated: 0,
        cpuMsPerEvent: cpu / posted.acked,
        peakRssMb: peakResidentMb(floor.pid),
        faults: faultsOf(posted, arrived),
      };
    } finally {
      await floor.stop();
    }
  });
}

/** What keeps a measurement from counting. */
export function faultsOf({ acked, refused, errors }: Posted, arrived: number, copies = 1): readonly string[] {
  const faults: string[] = [];
  if (acked === 0) faults.push("nothing was acknowledged");
  if (refused > 0) faults.push(`${refused} posts were refused`);
  if (errors > 0) faults.push(`${errors} posts broke`);
  if (arrived < acked * copies) faults.push(`${acked * copies - arrived} of ${acked * copies} did not arrive`);
  return faults;
}

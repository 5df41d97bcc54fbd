/** The part of the page about money. */
import { OBJECT_GB, OPERATIONS_PER_MESSAGE, PRICES } from "../prices.ts";
import type { Results } from "../results.ts";
import { dollars, thousands } from "./charts.ts";
import { table } from "./markdown-table.ts";

/** Length of a 30-day month. */
const MONTH_SECONDS = 30 * 86_400;
/** The cron of `wrangler.toml`. */
const CRON_SECONDS = 300;

export function costSection({ costs, idle }: Results): readonly string[] {
  if (costs.length === 0) return [];
  const rows = costs.map(({ ratePerSecond, subscribers, achievedPerSecond, perEvent, dollarsPerMillion }) => [
    `${thousands(ratePerSecond)}/s to ${subscribers}`,
    `${thousands(achievedPerSecond)}/s`,
    perEvent.workerRequests.toFixed(0),
    perEvent.objectRequests.toFixed(3),
    perEvent.rowsWritten.toFixed(3),
    perEvent.rowsRead.toFixed(3),
    perEvent.queueMessages.toFixed(3),
    perEvent.cpuMs.toFixed(2),
    (perEvent.objectSeconds * OBJECT_GB).toFixed(5),
    dollars(dollarsPerMillion.total),
  ]);
  return [
    "## What it costs on Cloudflare",
    "![Dollars per million events](benchmarks/cost.svg)",
    table(
      [
        "events to subscribers",
        "reached",
        "Worker requests",
        "object requests",
        "rows written",
        "rows read",
        "queue messages",
        "CPU ms",
        "GB-s",
        "$ per million events",
      ],
      rows,
    ),
    "Operations per event, counted by the running system: the channel's object counts the calls, alarms and rows it is billed for and shows them as `usage` in its [stats](operator-api.md). All that an event causes is in it, up to its deletion: the log was kept for three seconds, and the counting went on until it was empty. Little traffic costs more per event, because there is nothing to share a commit or a call with; it is little money all the same. Where a rate was not reached, deliveries went on after the load had ended.",
    `Prices per million: Worker requests $${PRICES.workerRequest}, CPU milliseconds $${PRICES.cpuMs}, requests to objects $${PRICES.objectRequest}, gigabyte-seconds of objects $${PRICES.objectGbSecond}, rows written $${PRICES.rowWritten}, rows read $${PRICES.rowRead}, queue operations $${PRICES.queueOperation} (${OPERATIONS_PER_MESSAGE} per message). \`bench/prices.ts\` has their date and where they are from. What the plan includes, its $5 a month and stored gigabytes are not counted.`,
    `A courier had at most ${windowsOf(costs)} requests in flight here; deployed to Cloudflare it has 6 (\`SLUICE_COURIER_WINDOW\` in \`wrangler.toml\`).`,
    "What this is not: a bill. It was counted on plain workerd. There, one ingress isolate groups all requests and every wake-up is a call; on Cloudflare a busy Broker has more isolates, so smaller groups and more calls, and slow lanes are woken by queue. CPU is that of the whole process, which is more than is billed: the time of objects is paid as duration. The object is counted as active all the time.",
    ...(idle === undefined ? [] : idleParts(idle)),
  ];
}

function windowsOf(costs: Results["costs"]): string {
  return [...new Set(costs.map(({ courierWindow }) => courierWindow))].join(" or ");
}

function idleParts({ seconds, operations, leftMemory }: NonNullable<Results["idle"]>): readonly string[] {
  const crons = MONTH_SECONDS / CRON_SECONDS;
  const monthly = (crons * (PRICES.workerRequest + 2 * PRICES.objectRequest)) / 1e6;
  return [
    "### Idle",
    `A Broker with a Trigger, some seconds after its last delivery, left alone for ${seconds} s: ${operations} billed operations; its object ${leftMemory ? "had left memory" : "was still in memory"}. What comes later are the alarms that delete events past their retention (in the table above), and the cron of \`wrangler.toml\`, which looks every ${CRON_SECONDS / 60} minutes for channels whose alarm got lost: ${thousands(crons)} times a month a request to the Worker, one to the control plane and one to the channel, together $${monthly.toFixed(3)}.`,
  ];
}

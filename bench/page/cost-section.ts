/** The part of the page about money. */
import { COST_RATES, isReached } from "../cost-rates.ts";
import { CRON_RUN, CRON_SECONDS, CRONS_A_MONTH, cronDollarsAMonth, POKE, POKE_WITH_LOG } from "../idle-price.ts";
import { OBJECT_GB, OPERATIONS_PER_MESSAGE, PRICES } from "../prices.ts";
import type { Results } from "../results.ts";
import { dollars, thousands } from "./charts.ts";
import { table } from "./markdown-table.ts";

export function costSection({ costs, atRest }: Results): readonly string[] {
  if (costs.length === 0) return [];
  const rows = [...costs]
    .sort(bySubscribersAndRate)
    .map((cost) => [
      `${thousands(cost.ratePerSecond)}/s to ${cost.subscribers}`,
      `${thousands(cost.achievedPerSecond)}/s${reachedWords(cost)}`,
      ...operationCells(cost),
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
    `Operations per event, counted by the running system: the channel's object counts the calls, alarms and rows it is billed for and shows them as \`usage\` in its [stats](operator-api.md). All that an event causes is in it, up to its deletion: the log was kept for three seconds, and the counting went on until it was empty. Little traffic costs more per event, because there is nothing to share a commit or a call with; it is little money all the same. Where a rate was not reached, deliveries went on after the load had ended, in larger and so cheaper batches: the figure is that of working off a backlog.${triedLower(costs)}`,
    `Prices per million: Worker requests $${PRICES.workerRequest}, CPU milliseconds $${PRICES.cpuMs}, requests to objects $${PRICES.objectRequest}, gigabyte-seconds of objects $${PRICES.objectGbSecond}, rows written $${PRICES.rowWritten}, rows read $${PRICES.rowRead}, queue operations $${PRICES.queueOperation} (${OPERATIONS_PER_MESSAGE} per message). \`bench/prices.ts\` has their date and where they are from. What the plan includes, its $5 a month and stored gigabytes are not counted.`,
    `A courier had at most ${windowsOf(costs)} requests in flight here; deployed to Cloudflare it has 6 (\`SLUICE_COURIER_WINDOW\` in \`wrangler.toml\`).`,
    "What this is not: a bill. It was counted on plain workerd. There, one ingress isolate groups all requests and every wake-up is a call; on Cloudflare a busy Broker has more isolates, so smaller groups and more calls, and slow lanes are woken by queue. CPU is that of the whole process, which is more than is billed: the time of objects is paid as duration. The object is counted as active all the time.",
    ...idleParts(atRest),
  ];
}

type Cost = Results["costs"][number];

function reachedWords(cost: Cost): string {
  if (cost.faults.length > 0) return ", **failed**";
  return isReached(cost) ? "" : ", **not reached**";
}

function operationCells({ perEvent, dollarsPerMillion }: Cost): readonly string[] {
  return [
    perEvent.workerRequests.toFixed(0),
    perEvent.objectRequests.toFixed(3),
    perEvent.rowsWritten.toFixed(3),
    perEvent.rowsRead.toFixed(3),
    perEvent.queueMessages.toFixed(3),
    perEvent.cpuMs.toFixed(2),
    (perEvent.objectSeconds * OBJECT_GB).toFixed(5),
    dollars(dollarsPerMillion.total),
  ];
}

function triedLower(costs: Results["costs"]): string {
  const isLower = ({ ratePerSecond }: Cost) => !COST_RATES.some((rate) => rate === ratePerSecond);
  return costs.some(isLower)
    ? " Half the rate was tried then, and half of that, until one was reached or no rate was left above those that are measured anyway."
    : "";
}

function bySubscribersAndRate(one: Cost, other: Cost): number {
  return one.subscribers - other.subscribers || one.ratePerSecond - other.ratePerSecond;
}

function windowsOf(costs: Results["costs"]): string {
  return [...new Set(costs.map(({ courierWindow }) => courierWindow))].join(" or ");
}

function idleParts(atRest: Results["atRest"]): readonly string[] {
  return ["### Idle", atRest === undefined ? "Not measured." : restLine(atRest), cronLine()];
}

function restLine({ seconds, objects, awake, changed }: NonNullable<Results["atRest"]>): string {
  return `A Broker with a Trigger, after its last delivery, left alone for ${seconds} s: of its ${objects} objects, the channel and the control plane, ${awake} were in memory at any of the looks, two a second, and ${changed} of the databases with their rows and alarms had other contents at the end. Nothing was asked of them meanwhile. The files tell both: a database is open while its object is in memory, and an object that was woken stays there for about ten seconds.`;
}

/** What comes later. */
function cronLine(): string {
  const [run, poke, withLog] = [CRON_RUN, POKE, POKE_WITH_LOG].map(cronDollarsAMonth);
  const month = (value = Number.NaN) => `$${value.toFixed(4)}`;
  const total = cronDollarsAMonth(CRON_RUN) + cronDollarsAMonth(POKE_WITH_LOG);
  return `What comes later are the alarms that delete events past their retention (in the table above), and the cron of \`wrangler.toml\`, which looks every ${CRON_SECONDS / 60} minutes for channels whose alarm got lost, ${thousands(CRONS_A_MONTH)} times a month. Each time this is a request to the Worker, one to the control plane and ${CRON_RUN.rowsWritten} alarms that the control plane sets: ${month(run)} a month, however many channels there are. For each channel it is a request, ${month(poke)} a month, and where the channel holds a log an alarm that it sets when it comes back into memory: ${month(withLog)} in all. One channel with a log alone costs $${total.toFixed(3)} a month. Rows that are read on the way, at $${PRICES.rowRead} a million, and the milliseconds of duration are not in it.`;
}

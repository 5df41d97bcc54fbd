/** One event through every Trigger before the run, so that a wrong address is told at once and not as missing events. */
import { setTimeout as wait } from "node:timers/promises";
import { authorization, type RouterApi } from "../kit/apply.ts";
import { probeEvent } from "./event.ts";
import { triggerResourceName } from "./manifests.ts";
import { ProberError, reasonOf } from "./prober-error.ts";
import type { ProberSink } from "./sink.ts";

const POLL_MS = 20;

export interface ProbeOptions {
  readonly router: RouterApi;
  readonly run: string;
  readonly namespace: string;
  readonly brokerUrl: string;
  readonly sinkUrl: string;
  readonly probeMs: number;
  readonly stop: AbortSignal;
}

export async function probe(sink: ProberSink, options: ProbeOptions): Promise<void> {
  await postProbe(options);
  for (const deadline = performance.now() + options.probeMs; performance.now() < deadline; await wait(POLL_MS)) {
    if (sink.unprobed.length === 0 || options.stop.aborted) return;
  }
  throw new ProberError(
    `The router accepted an event, but did not bring it to ${options.sinkUrl} within ${options.probeMs / 1_000} s` +
      `${await lastFailure(sink, options)}. Pass --sink with the URL under which the router reaches this machine ` +
      "(for a deployed router: the public URL of a tunnel to the address in --listen).",
  );
}

async function postProbe({ brokerUrl, run, router }: ProbeOptions): Promise<void> {
  const { headers, body } = probeEvent(run);
  let answer: Response;
  try {
    answer = await fetch(brokerUrl, { method: "POST", headers: { ...headers, ...authorization(router) }, body });
  } catch (error) {
    throw new ProberError(`No event can be posted to ${brokerUrl} (${reasonOf(error)}).`);
  }
  const text = await answer.text();
  if (answer.status !== 202) throw new ProberError(`${brokerUrl} answered an event with ${answer.status}: ${text}`);
}

/** What the router says of its attempts, for the message; empty where it says nothing. */
async function lastFailure(sink: ProberSink, { router, run, namespace }: ProbeOptions): Promise<string> {
  const [trigger] = sink.unprobed;
  if (trigger === undefined) return "";
  const path = `/apis/sluice.dev/v1alpha1/namespaces/${namespace}/triggers/${triggerResourceName(run, trigger)}/deliveries`;
  const answer = await fetch(`${router.url}${path}?limit=1`, { headers: authorization(router) });
  const text = await answer.text();
  if (!answer.ok) return "";
  const reason: unknown = JSON.parse(text).items?.[0]?.lastFailure?.reason;
  return reason === undefined ? "" : ` (its last attempt: ${reason})`;
}

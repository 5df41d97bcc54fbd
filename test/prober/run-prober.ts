/**
 * One run of the prober against a router that somebody else starts, stops, kills or redeploys meanwhile:
 *
 *   listen ─▶ create Broker and Triggers ─▶ probe ─▶ post until time is up ─▶ wait for the rest ─▶ judge ─▶ remove
 */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Resource, RouterApi } from "../kit/apply.ts";
import { nowMs } from "../kit/clock.ts";
import type { Delivery } from "./evidence.ts";
import { judge, type Verdict } from "./judge.ts";
import { proberManifests } from "./manifests.ts";
import { probe } from "./probe.ts";
import { ProberError, reasonOf } from "./prober-error.ts";
import { Producer } from "./producer.ts";
import { createResources, removeResources } from "./resources.ts";
import { ProberSink } from "./sink.ts";

export interface ProberOptions {
  readonly router: RouterApi;
  readonly namespace: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Where the router reaches the listener, without a slash at the end; where it listens unless given. */
  readonly sinkUrl?: string;
  /** How long the first event may take to every subscriber, milliseconds. */
  readonly probeMs: number;
  readonly ratePerSecond: number;
  /** How long events are posted, milliseconds. */
  readonly postMs: number;
  /** How long the rest is waited for, milliseconds. */
  readonly drainMs: number;
  /** Ends the posting, and the waiting if it comes before. */
  readonly stop: AbortSignal;
  /** Ends the waiting for the rest. */
  readonly abandon: AbortSignal;
}

export interface ProberPorts {
  progress(figures: Progress): void;
  warn(line: string): void;
  /** Whether a delivery is written down; all are unless given. */
  notes?(delivery: Delivery): boolean;
}

export interface Progress {
  readonly phase: "posting" | "waiting";
  readonly elapsedMs: number;
  readonly begun: number;
  readonly accepted: number;
  readonly failedPosts: number;
  /** Over all Triggers. */
  readonly delivered: number;
}

/** Everything is kept in memory until the end: about half a gigabyte for this many. */
export const MOST_EVENTS = 1_000_000;
/** A second delivery of the last events would come within this time, milliseconds. */
const QUIET_MS = 1_000;
const POLL_MS = 100;

/** Throws a `ProberError` where the run cannot begin. Whatever happens, what it created is removed. */
export async function runProber(options: ProberOptions, ports: ProberPorts): Promise<Verdict> {
  const run = `prober-${randomUUID().slice(0, 13)}`;
  const sink = await listen(run, options, ports);
  const sinkUrl = options.sinkUrl ?? `http://${options.listen.host}:${sink.port}`;
  const resources = proberManifests({ run, namespace: options.namespace, sinkUrl });
  const brokerUrl = `${options.router.url}/${options.namespace}/${run}`;
  const created: Resource[] = [];
  try {
    await createResources(options.router, resources, created);
    await probe(sink, { ...options, run, brokerUrl, sinkUrl });
    return await watch(new Producer({ ...options, run, brokerUrl }), sink, options, ports);
  } finally {
    const left = await removeResources(options.router, created.toReversed());
    if (left.length > 0) ports.warn(`not removed, delete by hand: ${left.map(nameOf).join(", ")}`);
    await sink.close();
  }
}

async function listen(
  run: string,
  { listen }: ProberOptions,
  { notes = () => true }: ProberPorts,
): Promise<ProberSink> {
  try {
    return await ProberSink.listen({ run, listen, notes });
  } catch (error) {
    throw new ProberError(
      `Cannot listen on ${listen.host}:${listen.port} (${reasonOf(error)}). Choose another --listen.`,
    );
  }
}

async function watch(
  producer: Producer,
  sink: ProberSink,
  options: ProberOptions,
  ports: ProberPorts,
): Promise<Verdict> {
  const startMs = nowMs();
  const report = (phase: Progress["phase"]) =>
    ports.progress({
      phase,
      elapsedMs: nowMs() - startMs,
      begun: producer.count,
      accepted: producer.acceptedCount,
      failedPosts: producer.failedPosts.length,
      delivered: sink.deliveredCount,
    });
  producer.start();
  while (nowMs() < startMs + options.postMs && producer.count < MOST_EVENTS && !options.stop.aborted) {
    await wait(POLL_MS);
    report("posting");
  }
  const untilMs = nowMs() + options.drainMs;
  void producer.stop(untilMs);
  while (!isOver(producer, sink) && nowMs() < untilMs && !options.abandon.aborted) {
    await wait(POLL_MS);
    report("waiting");
  }
  await producer.stop(nowMs());
  const { posted, failedPosts } = producer;
  return judge({ posted, failedPosts, received: sink.received, endedMs: nowMs() });
}

function isOver(producer: Producer, sink: ProberSink): boolean {
  const lastMs = sink.received.at(-1)?.arrivedMs ?? 0;
  return producer.isIdle && nowMs() - lastMs > QUIET_MS && sink.hasAll(producer.posted);
}

function nameOf({ kind, metadata }: Resource): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

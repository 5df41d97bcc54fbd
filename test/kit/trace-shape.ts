/** A trace in one line each: `channel: subscription state statuses > where it sent the event on > …, other subscription …`. */
import type { TraceNode } from "../../src/control-plane/traces/trace-tree.ts";

export function traceShape({ channel, subscriptions }: TraceNode): string {
  const deliveries = subscriptions.map(({ name, state, attempts, sent }) => {
    const statuses = attempts.map(({ status }) => ` ${status}`).join("");
    const sentOn = sent.map((each) => ("event" in each ? `(${traceShape(each.event)})` : `${each.to} missing`));
    return `${name} ${state}${statuses}${sentOn.map((each) => ` > ${each}`).join("")}`;
  });
  return `${channel.split("/").slice(1).join("/")}: ${deliveries.toSorted().join(", ")}`;
}

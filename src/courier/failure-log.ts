/** One line for each delivery that failed, up to a limit per run: a dead subscriber must not fill the log. */
import type { Delivery, Route, Settlement } from "../core/channel-protocol.ts";
import { positionText } from "../core/positions.ts";
import type { CourierPorts } from "./ports.ts";

/** Failed deliveries that a run logs; the rest is counted. */
const LOGGED_FAILURES = 20;

export class FailureLog {
  readonly #log: CourierPorts["log"];
  #failures = 0;

  constructor(log: CourierPorts["log"]) {
    this.#log = log;
  }

  note(channel: string, { delivery, route, settlement }: LoggedDelivery): void {
    const { outcome, tookMs } = settlement;
    const failure = outcome.kind === "failed" ? outcome : outcome.replyFailure;
    if (failure === undefined || ++this.#failures > LOGGED_FAILURES) return;
    const isReply = outcome.kind === "delivered";
    const target = isReply ? (route.replyTo ?? route.target) : route.target;
    const { subscription, seq, attempt, purpose } = delivery.token;
    this.#log({
      event: "delivery.failed",
      channel,
      subscription,
      position: positionText(seq),
      attempt,
      purpose: isReply ? "reply" : purpose,
      target: target.kind === "url" ? hostOf(target.url) : target.name,
      ...(failure.status === undefined ? {} : { status: failure.status }),
      reason: failure.reason,
      tookMs,
    });
  }

  /** The run is over. */
  end(channel: string): void {
    const count = this.#failures - LOGGED_FAILURES;
    if (count > 0) this.#log({ event: "delivery.failures-not-logged", channel, count });
  }
}

interface LoggedDelivery {
  readonly delivery: Delivery;
  readonly route: Route;
  readonly settlement: Settlement;
}

/** Paths and queries of webhooks are often secrets. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "no valid URL";
}

/** Parked deliveries: out of the automatic course, with a copy of their event, until a person decides or they expire. */

import assert from "../core/assert.ts";
import { positionText } from "../core/positions.ts";
import { readEvent } from "./read-event.ts";
import { parkedUntil } from "./retention.ts";
import type { ChannelState } from "./state.ts";
import { type Straggler, stragglerRow } from "./straggler.ts";
import type { Subscription } from "./subscription.ts";

/** Records the parked delivery; the caller has taken it out of the subscription. */
export function park(state: ChannelState, subscription: Subscription, straggler: Straggler): void {
  const found = readEvent(state, straggler.seq, straggler);
  assert(found !== undefined, "what is unsettled is in the log, or copied");
  const expiryMs = state.ports.now() + state.configuration.parkedRetentionMs;
  state.changes.putStraggler(
    {
      ...stragglerRow(straggler, false),
      state: "parked",
      due_at: expiryMs,
      event: found.bytes.slice(),
      blob: found.blob?.id ?? null,
      blob_bytes: found.blob?.bytes ?? null,
    },
    { urgent: true },
  );
  parkedUntil(state, expiryMs);
  state.ports.log({
    event: "delivery.parked",
    subscription: subscription.uid,
    name: subscription.configuration.name,
    position: positionText(straggler.seq),
    attempts: straggler.attempts,
    reason: straggler.failure?.reason,
  });
}

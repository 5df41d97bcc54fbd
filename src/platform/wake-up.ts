/** Chooses how a courier is woken (`SLUICE_WAKE`): by a call that is held open, or by a queue message. */
import { SHARED_LANE } from "../core/channel-protocol.ts";
import type { Env, WakeUp } from "../environment.ts";
import { settingsOf } from "./settings.ts";

export type Wake = (wakeUp: WakeUp, call: () => Promise<void>) => Promise<void> | undefined;

export function wakeTransport(env: Env): Wake {
  const queue = env.WAKE_UPS;
  const mode = settingsOf(env).wake;
  if (queue === undefined || mode === "direct") return (_, call) => call();
  return (wakeUp, call) => {
    // Short work goes the short way; slow, failing and far-behind lanes get connections of their own.
    if (mode === "auto" && wakeUp.lane === SHARED_LANE) return call();
    // A lost message costs no more than the channel's watchdog.
    queue.send(wakeUp).catch((error: unknown) => {
      console.log(JSON.stringify({ event: "wake-up.failed", ...wakeUp, reason: String(error) }));
    });
    return undefined;
  };
}

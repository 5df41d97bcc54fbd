/** A call that may never be answered: after the time it fails, and what it still brings is not waited for. */
import type { TimerPorts } from "./few-timers.ts";

export function within<T>(
  ports: Pick<TimerPorts, "schedule">,
  call: Promise<T>,
  timeoutMs: number,
  message: string,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = ports.schedule(timeoutMs, () => reject(new Error(message)));
    call.then(resolve, reject).finally(cancel);
  });
}

/** A call that may never be answered: after the time it fails, and what it still brings is not waited for. */
import type { CourierPorts } from "./ports.ts";

export function within<T>(
  ports: Pick<CourierPorts, "schedule">,
  call: Promise<T>,
  timeoutMs: number,
  message: string,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = ports.schedule(timeoutMs, () => reject(new Error(message)));
    call.then(resolve, reject).finally(cancel);
  });
}

/** A router that is measured. */
import { freePort } from "../test/kit/free-port.ts";
import { RouterProcess } from "../test/kit/router-process.ts";
import type { MeasuredServer } from "./measured-server.ts";

/** Keeps its data in `folder`, which the caller removes; `settings` are variables in place of its own. */
export async function startRouter(folder: string, settings: Readonly<Record<string, string>>): Promise<MeasuredServer> {
  const router = new RouterProcess(folder, await freePort(), settings);
  try {
    await router.start();
    const { url, workerdPid: pid } = router;
    if (pid === undefined) throw new Error(`the router ended by itself:\n${router.log}`);
    const { SLUICE_ADMIN_TOKEN: token } = settings;
    return { url, pid, stop: () => router.stop(), ...(token === undefined ? {} : { token }) };
  } catch (error) {
    await router.stop();
    throw error;
  }
}

/** The process that `autocannon.ts` starts. */
import autocannon from "autocannon";
import { processOptions, serveVerbs } from "../../test/kit/asked-process.ts";
import { nowMs } from "../../test/kit/clock.ts";
import type { Posted, Posting } from "./closed-loop.ts";
import { CONNECTIONS, EVENT_BODY, EVENT_HEADERS } from "./event.ts";

serveVerbs({ post: () => post(processOptions<Posting>()) });

async function post({ url, seconds, events, firstId = 0, headers = {} }: Posting): Promise<Posted> {
  let id = firstId;
  const startedMs = nowMs();
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    ...(events === undefined ? { duration: seconds } : { amount: events }),
    requests: [
      {
        method: "POST",
        body: EVENT_BODY,
        setupRequest: (request) => ({ ...request, headers: { ...EVENT_HEADERS, ...headers, "ce-id": String(id++) } }),
      },
    ],
  });
  return {
    acked: result["2xx"],
    refused: result.non2xx,
    errors: result.errors,
    startedMs,
    seconds: result.duration,
  };
}

/** The process that `steady.ts` starts: posts at a fixed rate whatever the answers do. */
import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { processOptions, serveVerbs } from "../../test/kit/asked-process.ts";
import { nowMs } from "../../test/kit/clock.ts";
import { EVENT_BODY, EVENT_HEADERS } from "./event.ts";
import type { SteadyOptions, SteadyPosts } from "./steady.ts";

/** Posts that wait for their answers; past this they wait here, and the wait counts, for they are late. */
const MAX_CONNECTIONS = 256;
const ANSWER_TIMEOUT_MS = 30_000;

const options = processOptions<SteadyOptions>();
const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });

serveVerbs({ post: () => postAll(options) });

async function postAll({ url, ratePerSecond, seconds }: SteadyOptions): Promise<SteadyPosts> {
  const events = Math.round(ratePerSecond * seconds);
  const sentMs = new Float64Array(events);
  const answeredMs = new Float64Array(events);
  const answers: Promise<void>[] = [];
  const startMs = nowMs();
  for (let id = 0; id < events; id++) {
    const delayMs = startMs + (id * 1000) / ratePerSecond - nowMs();
    if (delayMs > 0) await wait(delayMs);
    sentMs[id] = nowMs();
    answers.push(
      postOne(url, id).then((isAccepted) => {
        if (isAccepted) answeredMs[id] = nowMs();
      }),
    );
  }
  await Promise.all(answers);
  return { sentMs, answeredMs };
}

/** False when it was refused or the connection broke. */
function postOne(url: string, id: number): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { ...EVENT_HEADERS, "content-length": String(EVENT_BODY.length), "ce-id": String(id) };
    const outgoing = request(url, { method: "POST", agent, headers, timeout: ANSWER_TIMEOUT_MS });
    outgoing.on("response", (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode === 202);
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
    outgoing.on("error", () => resolve(false));
    outgoing.end(EVENT_BODY);
  });
}

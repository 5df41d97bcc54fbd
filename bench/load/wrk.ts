/** Posts with wrk, with a script that gives each event an id of its own. */
import { type ChildProcess, execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nowMs } from "../../test/kit/clock.ts";
import type { Posted, Posting } from "./closed-loop.ts";
import { CONNECTIONS, EVENT_BODY, EVENT_HEADERS } from "./event.ts";

/** Longest that wrk waits for an answer. */
const ANSWER_TIMEOUT_SECONDS = 20;

/** wrk goes on for its whole duration unless it is ended with this process. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const wrk of running) wrk.kill("SIGKILL");
});

export async function postWithWrk(posting: Posting): Promise<Posted> {
  const script = join(posting.folder, "unique-ids.lua");
  writeFileSync(script, scriptText(posting));
  const parameters = ["--threads", "1", "--connections", String(CONNECTIONS), "--script", script];
  parameters.push("--duration", `${posting.seconds}s`, "--timeout", `${ANSWER_TIMEOUT_SECONDS}s`, posting.url);
  const startedMs = nowMs();
  return { ...parseSummary(await outputOf(parameters)), startedMs };
}

function outputOf(parameters: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const wrk = execFile("wrk", parameters, (error, stdout) => {
      running.delete(wrk);
      if (error === null) resolve(stdout);
      else reject(error);
    });
    running.add(wrk);
  });
}

/** One thread, so that the numbers need no prefix. Requests are put together from two constant halves. */
function scriptText({ url, events, firstId = 0, headers = {} }: Posting): string {
  const { host, pathname } = new URL(url);
  const lines = [`POST ${pathname} HTTP/1.1`, `Host: ${host}`, `Content-Length: ${Buffer.byteLength(EVENT_BODY)}`];
  for (const [name, value] of Object.entries({ ...EVENT_HEADERS, ...headers })) lines.push(`${name}: ${value}`);
  const head = `${lines.join("\r\n")}\r\nce-id: `;
  const limit = events === undefined ? "" : `if id >= ${firstId + events} then wrk.thread:stop() end`;
  return `local head = ${luaString(head)}
local tail = ${luaString(`\r\n\r\n${EVENT_BODY}`)}
local id = ${firstId - 1}
function request()
  ${limit}
  id = id + 1
  return head .. id .. tail
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\\n{"requests":%d,"durationUs":%d,"refused":%d,"errors":%d}\\n', summary.requests,
    summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
`;
}

/** The last line of the output is what the script writes. */
function parseSummary(output: string): Omit<Posted, "startedMs"> {
  const summary: { requests: number; durationUs: number; refused: number; errors: number } = JSON.parse(
    output.trim().split("\n").at(-1) ?? "",
  );
  const { requests, durationUs, refused, errors } = summary;
  return { acked: requests - refused, refused, errors, seconds: durationUs / 1e6 };
}

/** JSON's escapes for line breaks and quotes are Lua's too. */
function luaString(text: string): string {
  return JSON.stringify(text);
}

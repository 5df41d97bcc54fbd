/** How a recording subscriber answers, by the names that Knative's tests have for it. */
import type { ReceivedRequest, SinkAnswer } from "../sink.ts";

type Answer = (request: ReceivedRequest) => SinkAnswer;

/** Retriable, and what Knative's own recorder drops events with. */
const CONFLICT: SinkAnswer = { status: 409 };
const ACCEPTED: SinkAnswer = { status: 202 };

/** Refuses the first requests, whatever event they carry. */
export function dropsFirst(count: number, refusal = CONFLICT): Answer {
  let requests = 0;
  return () => (++requests <= count ? refusal : ACCEPTED);
}

/** Refuses the requests whose number is one of Fibonacci's: 1, 2, 3, 5, 8 and so on. */
export function dropsFibonacci(): Answer {
  let requests = 0;
  let [dropped, next] = [1, 2];
  return () => {
    if (++requests !== dropped) return ACCEPTED;
    [dropped, next] = [next, dropped + next];
    return CONFLICT;
  };
}

/** Answers each event with another one in binary mode. */
export function repliesWith(attributes: Readonly<Record<string, string>>, body = ""): Answer {
  const headers: Record<string, string> = { "content-type": "text/plain" };
  const all = { specversion: "1.0", id: "reply", source: "/subscriber", ...attributes };
  for (const [name, value] of Object.entries(all)) headers[`ce-${name}`] = value;
  return () => ({ status: 200, headers, body });
}

/** What Cloudflare bills a channel's object for, counted by the object itself since it woke; never stored. */
import type { OperatorAnswer, OperatorRequest } from "../core/operator-protocol.ts";

export interface Usage {
  /** When the object woke, RFC 3339. */
  readonly since: string;
  /** Billed requests by what they were: each RPC call to the object, each alarm. */
  readonly requests: {
    append: number;
    lease: number;
    readPart: number;
    configure: number;
    remove: number;
    retire: number;
    operate: number;
    poke: number;
    alarm: number;
  };
  rowsRead: number;
  /** Without `alarmsSet`. */
  rowsWritten: number;
  /** Each is billed as a row written. */
  alarmsSet: number;
  /** Wake-ups sent by queue; each is written, read and deleted. */
  queueMessages: number;
  /** Wake-ups by a call, which costs nothing by itself. */
  directWakeUps: number;
}

export function newUsage(nowMs: number): Usage {
  return {
    since: new Date(nowMs).toISOString(),
    requests: { append: 0, lease: 0, readPart: 0, configure: 0, remove: 0, retire: 0, operate: 0, poke: 0, alarm: 0 },
    rowsRead: 0,
    rowsWritten: 0,
    alarmsSet: 0,
    queueMessages: 0,
    directWakeUps: 0,
  };
}

/** The answer to an operator's call; one for stats says what the object has cost too. */
export function withUsage(request: OperatorRequest, answer: OperatorAnswer, usage: Usage): OperatorAnswer {
  if (request.verb !== "stats" || answer.kind !== "ok") return answer;
  return { kind: "ok", body: { ...answer.body, usage } };
}

/**
 * The operator API: what a person asks of a channel's log and deliveries, forwarded to the channel of a Broker, a Channel or a
 * flow, or to that of a Trigger or a Subscription, which means its own subscription. `operator-verbs.ts` has what can be asked;
 * `traces`, of all channels of the namespace, is answered by `answer-trace.ts`.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import { errorText } from "../../core/error-text.ts";
import type { OperatorAnswer, OperatorRequest } from "../../core/operator-protocol.ts";
import { badRequest, methodNotAllowed, Refusal, unavailable, unknownPath } from "../resources/refusal.ts";
import { checkStillAllowed } from "../resources/still-allowed.ts";
import { answerTrace } from "./answer-trace.ts";
import { findSubject, type Subject, type SubjectPorts } from "./operator-subject.ts";
import { operatorVerb } from "./operator-verbs.ts";
import { readOptionalJsonObject } from "./request-body.ts";

export interface OperatorPorts extends SubjectPorts {
  readonly operate: (channel: ChannelName, request: OperatorRequest) => Promise<OperatorAnswer>;
  /** All that are known, those that drain too. */
  readonly channelsOf: (namespace: string) => readonly ChannelName[];
  /** As in `Scope`. */
  readonly isStillAllowed?: () => boolean;
  /** Whether the user may read the log of what the path names. */
  readonly mayReadLog: boolean;
}

export interface OperatorPath {
  readonly namespace: string;
  readonly segments: readonly string[];
}

export async function answerOperator(request: Request, path: OperatorPath, ports: OperatorPorts): Promise<Response> {
  const [plural, name, ...verb] = path.segments;
  if (plural === "traces" && name === undefined) {
    return answerTrace(request, path.namespace, ports);
  }
  if (plural === undefined || name === undefined) throw unknownPath();
  const subject = findSubject({ namespace: path.namespace, plural, name }, ports);
  const question = await operatorRequest(request, verb.join("/"), subject);
  checkStillAllowed(ports);
  return operatorResponse(await operate(subject.channel, question, ports), ports);
}

async function operatorRequest(request: Request, name: string, subject: Subject): Promise<OperatorRequest> {
  const verb = operatorVerb(name);
  if (verb === undefined) throw unknownPath();
  if (request.method !== verb.method) throw methodNotAllowed([verb.method]);
  const query = new URL(request.url).searchParams;
  const body = verb.method === "POST" ? await readOptionalJsonObject(request) : {};
  // A typo must not make a verb mean more than was asked for, nor must a field where nobody looks for it.
  const [misplaced] = verb.method === "POST" ? query.keys() : [];
  if (misplaced !== undefined) {
    throw badRequest(`${JSON.stringify(misplaced)} is in the query: ${name} takes its fields in the body`);
  }
  const unknown = [...query.keys(), ...Object.keys(body)].find((field) => !verb.fields.includes(field));
  if (unknown !== undefined) {
    const takes = verb.fields.length === 0 ? "nothing" : verb.fields.join(", ");
    throw badRequest(`unknown field ${JSON.stringify(unknown)}: ${name} takes ${takes}`);
  }
  return verb.request({ query, body, subject });
}

async function operate(channel: ChannelName, request: OperatorRequest, ports: OperatorPorts): Promise<OperatorAnswer> {
  try {
    return await ports.operate(channel, request);
  } catch (error) {
    throw unavailable(`the channel could not be reached: ${errorText(error)}`);
  }
}

function operatorResponse(answer: OperatorAnswer, { mayReadLog }: OperatorPorts): Response {
  switch (answer.kind) {
    case "ok":
      return Response.json(mayReadLog ? answer.body : withoutErrorData(answer.body));
    case "traced":
      return Response.json(answer.trace);
    case "seen-types":
      throw new Error("no path of the API asks for types");
    case "invalid":
      throw badRequest(answer.message);
    case "not-found":
      throw new Refusal(404, "NotFound", answer.message);
    default:
      return answer satisfies never;
  }
}

/** What a subscriber answered may repeat the event that it was sent. */
function withoutErrorData(body: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(JSON.stringify(body, (name, value) => (name === "errorData" ? undefined : value)));
}

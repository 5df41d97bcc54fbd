/**
 * A courier's word is not enough: what it reports as delivered was answered with 2xx, and a reply that it passed on was too. It
 * reports no reply but one that its subscriber gave, and forgets none. Couriers are asked as they speak, so that a report counts
 * whether it gets through or not.
 */
import type { DeliveredOutcome } from "../../../src/core/channel-protocol.ts";
import { attemptName } from "../account.ts";
import type { Courier, Given } from "../couriers.ts";
import { readEvent } from "../encoded-event.ts";
import { requestName } from "../flow-model.ts";
import type { Claim, Invariant } from "../invariant.ts";

/** What a courier has heard and said. */
interface Talk {
  /** Request -> what it was answered with 2xx, in turn: the id of a reply, or nothing. */
  readonly answers: Map<string, (string | undefined)[]>;
  /** Request -> attempts that were reported as delivered by it. */
  readonly claims: Map<string, Set<string>>;
}

export const taken: Invariant = {
  name: "taken",
  begin: () => {
    const talks = new WeakMap<Courier, Talk>();
    const talkOf = (courier: Courier): Talk => {
      const known = talks.get(courier) ?? { answers: new Map(), claims: new Map() };
      talks.set(courier, known);
      return known;
    };
    return {
      taken: ({ courier, url, id, reply }) => {
        const { answers } = talkOf(courier);
        const request = requestName(url, id);
        answers.set(request, [...(answers.get(request) ?? []), reply]);
        return undefined;
      },
      claimed: (claim) => {
        const { courier, settlement } = claim;
        const { outcome, token } = settlement;
        const given = courier.given.get(attemptName(token));
        // What goes to another channel is sought there.
        if (outcome.kind !== "delivered" || given === undefined) return undefined;
        const fault = unheard(talkOf(courier), claim, given) ?? wrongReply(talkOf(courier), outcome, given);
        return fault && `courier ${courier.number} reports ${attemptName(token)} as delivered, and ${fault}`;
      },
    };
  },
};

/** Each attempt needs an answer of its own; where an event is in a channel twice nobody can say which attempt has which. */
function unheard({ answers, claims }: Talk, { settlement }: Claim, { url, id }: Given): string | undefined {
  const request = requestName(url, id);
  const attempts = (claims.get(request) ?? new Set()).add(attemptName(settlement.token));
  claims.set(request, attempts);
  const answered = answers.get(request)?.length ?? 0;
  return attempts.size <= answered ? undefined : `${url} has taken ${id} ${answered} times`;
}

function wrongReply(
  { answers }: Talk,
  outcome: DeliveredOutcome,
  { url, id, replyTo, dropsReply }: Given,
): string | undefined {
  const replies = answers.get(requestName(url, id)) ?? [];
  const { reply, replied, hopsExhausted } = outcome;
  if (reply !== undefined) {
    const said = String(readEvent(reply).attributes.id);
    return replies.includes(said) ? undefined : `${url} did not answer ${id} with ${said}`;
  }
  if (!replied) {
    // Only who hands over knows that it was the last hop.
    const isDropped = hopsExhausted === true && replyTo?.kind === "channel";
    const isForgotten = !isDropped && !dropsReply && !replies.includes(undefined);
    return isForgotten ? `its reply ${replies[0]} is forgotten` : undefined;
  }
  if (replyTo?.kind !== "url") return undefined;
  const isTaken = replies.some((each) => each !== undefined && answers.has(requestName(replyTo.url, each)));
  return isTaken ? undefined : `${replyTo.url} has not taken the reply`;
}

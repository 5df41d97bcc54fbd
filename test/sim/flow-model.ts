/** What subscribers said, and what addresses received, whatever the router made of it. */
import type { FlowEvent } from "./flow-meaning.ts";

export class FlowModel {
  /** Subscription and event -> what the subscriber answered with 2xx, in turn: the id of a reply, or nothing. */
  readonly #answers = new Map<string, (string | undefined)[]>();
  /** Address and event -> what was last answered with 2xx from there. */
  readonly #said = new Map<string, FlowEvent | undefined>();
  readonly #received = new Set<string>();

  /** An event may be in a channel twice, having come by two ways: its subscriber cannot tell them apart. */
  answered(subscription: string, event: string, reply: string | undefined): void {
    const cause = `${subscription} ${event}`;
    const known = this.#answers.get(cause);
    if (known === undefined) this.#answers.set(cause, [reply]);
    else known.push(reply);
  }

  said(url: string, event: string, reply: FlowEvent | undefined): void {
    this.#said.set(requestName(url, event), reply);
  }

  received(url: string, id: string): void {
    this.#received.add(requestName(url, id));
  }

  answersTo(subscription: string, event: string): readonly (string | undefined)[] {
    return this.#answers.get(`${subscription} ${event}`) ?? [];
  }

  /** Ids of the events that it answered with. */
  repliesTo(subscription: string, event: string): readonly string[] {
    return this.answersTo(subscription, event).filter((reply) => reply !== undefined);
  }

  hasTaken(url: string, event: string): boolean {
    return this.#said.has(requestName(url, event));
  }

  saidTo(url: string, event: string): FlowEvent | undefined {
    return this.#said.get(requestName(url, event));
  }

  /** Names of all requests that any address received. */
  get requests(): ReadonlySet<string> {
    return this.#received;
  }
}

/** An event at an address. */
export function requestName(url: string, event: string): string {
  return `${url} ${event}`;
}

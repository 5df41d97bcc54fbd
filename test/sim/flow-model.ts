/** What subscribers said, and what addresses received, whatever the router made of it. */

export class FlowModel {
  /** Subscription and event -> what the subscriber answered with 2xx, in turn: the id of a reply, or nothing. */
  readonly #answers = new Map<string, (string | undefined)[]>();
  /** Reply -> the subscription and event that it answers. */
  readonly #causes = new Map<string, string>();
  readonly #received = new Set<string>();

  /** An event may be in a channel twice, having come by two ways: its subscriber cannot tell them apart. */
  answered(subscription: string, event: string, reply: string | undefined): void {
    const cause = causeName(subscription, event);
    const known = this.#answers.get(cause);
    if (known === undefined) this.#answers.set(cause, [reply]);
    else known.push(reply);
    if (reply !== undefined) this.#causes.set(reply, cause);
  }

  received(url: string, id: string): void {
    this.#received.add(`${url} ${id}`);
  }

  answersTo(subscription: string, event: string): readonly (string | undefined)[] {
    return this.#answers.get(causeName(subscription, event)) ?? [];
  }

  causeOf(reply: string): string | undefined {
    return this.#causes.get(reply);
  }

  hasReceived(url: string, id: string): boolean {
    return this.#received.has(`${url} ${id}`);
  }
}

export function causeName(subscription: string, event: string): string {
  return `${subscription} ${event}`;
}

/** What subscribers said, and what addresses received, whatever the router made of it. */
import type { Token } from "../../src/core/channel-protocol.ts";
import { nameOf } from "./account.ts";

export class FlowModel {
  /** Delivery -> what its subscriber answered with 2xx, in turn: the id of a reply, or nothing. */
  readonly #answers = new Map<string, (string | undefined)[]>();
  /** Reply -> the delivery that it answers. */
  readonly #deliveries = new Map<string, string>();
  readonly #received = new Set<string>();

  answered(token: Token, reply: string | undefined): void {
    const name = nameOf(token);
    const known = this.#answers.get(name);
    if (known === undefined) this.#answers.set(name, [reply]);
    else known.push(reply);
    if (reply !== undefined) this.#deliveries.set(reply, name);
  }

  received(url: string, id: string): void {
    this.#received.add(`${url} ${id}`);
  }

  answersTo(delivery: string): readonly (string | undefined)[] {
    return this.#answers.get(delivery) ?? [];
  }

  deliveryOf(reply: string): string | undefined {
    return this.#deliveries.get(reply);
  }

  hasReceived(url: string, id: string): boolean {
    return this.#received.has(`${url} ${id}`);
  }
}

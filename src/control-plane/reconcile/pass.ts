/**
 * One pass over some namespaces. What goes wrong in one of them is logged and ends its part in the pass; the others go on, so
 * that nobody can stop the control plane for everybody.
 */
import { logError } from "../log-error.ts";
import { Patience } from "./patience.ts";

export class Pass {
  readonly namespaces: readonly string[];
  /** Those whose part in it has ended early. */
  readonly failed = new Set<string>();
  /** Those with more to do than one pass does. */
  readonly unfinished = new Set<string>();
  /** Those with parts that may not be written. */
  readonly refused = new Set<string>();
  readonly patience: Patience;
  readonly #ports: PassPorts;

  constructor(namespaces: readonly string[], ports: PassPorts) {
    this.namespaces = namespaces;
    this.patience = new Patience(ports.now);
    this.#ports = ports;
  }

  /** Does nothing for a namespace that has failed; undefined then, and when it fails now. */
  attempt<T>(namespace: string, work: () => T): T | undefined {
    if (this.failed.has(namespace)) return undefined;
    try {
      return work();
    } catch (error) {
      this.#fail(namespace, error);
      return undefined;
    }
  }

  /** As `attempt`, for work that calls channels. */
  async attemptCalls<T>(namespace: string, work: () => Promise<T>): Promise<T | undefined> {
    if (this.failed.has(namespace)) return undefined;
    try {
      return await work();
    } catch (error) {
      this.#fail(namespace, error);
      return undefined;
    }
  }

  /** Namespaces that the next pass has to go on with at once; one that failed waits for its next try. */
  leftOver(): readonly string[] {
    return [...this.unfinished, ...this.patience.putOff()].filter((namespace) => !this.failed.has(namespace));
  }

  #fail(namespace: string, error: unknown): void {
    this.failed.add(namespace);
    logError(this.#ports, error, { namespace });
  }
}

export interface PassPorts {
  readonly now: () => number;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

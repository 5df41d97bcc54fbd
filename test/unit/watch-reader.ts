/** Opens watches of a control plane in memory and reads their lines. */
import { settled } from "../kit/virtual-clock.ts";
import type { World } from "./control-plane-world.ts";

export interface WatchLine {
  readonly type: string;
  readonly object: {
    readonly kind: string;
    readonly code?: number;
    readonly reason?: string;
    readonly columnDefinitions?: readonly unknown[];
    readonly rows?: readonly { readonly cells: readonly unknown[] }[];
    readonly data?: Readonly<Record<string, string>>;
    readonly metadata: {
      readonly name?: string;
      readonly resourceVersion: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
  };
}

/** Event loop turns in which a watch sends what it has. */
const TURNS = 12;
/** In which it has also opened Secrets, which another thread does. */
const MOST_TURNS = 5000;

export class WatchReader {
  readonly code: number;
  readonly headers: Headers;
  /** Everything that has come, as it came. */
  text = "";
  hasEnded = false;
  #taken = 0;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(response: Response) {
    if (response.body === null) throw new Error("the answer has no body");
    this.code = response.status;
    this.headers = response.headers;
    this.#reader = response.body.getReader();
  }

  /** Reads on by itself; without it the client is one that does not read. */
  start(): this {
    void this.#readAll();
    return this;
  }

  /** Events that came since the last call; waits longer for so many. */
  async take(expected = 0): Promise<readonly WatchLine[]> {
    for (let turn = 0; turn < TURNS; turn++) await settled();
    for (let turn = 0; turn < MOST_TURNS && this.#fresh().length < expected; turn++) await settled();
    const fresh = this.#fresh();
    this.#taken = this.text.lastIndexOf("\n") + 1;
    return fresh.map((line) => JSON.parse(line));
  }

  #fresh(): readonly string[] {
    const lines = this.text.slice(this.#taken).split("\n").slice(0, -1);
    return lines.filter((line) => line !== "");
  }

  /** `ADDED b +3`: type, name and resourceVersion after `first` of the events since the last call. */
  async takeShort(first: number): Promise<readonly string[]> {
    return (await this.take()).map(({ type, object }) => {
      const { name, resourceVersion } = object.metadata;
      return [type, ...(name === undefined ? [] : [name]), `+${Number(resourceVersion) - first}`].join(" ");
    });
  }

  async hangUp(): Promise<void> {
    await this.#reader.cancel();
    await settled();
  }

  async #readAll(): Promise<void> {
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) break;
      this.text += decoder.decode(value, { stream: true });
    }
    this.hasEnded = true;
  }
}

/** A watch that is not read yet. */
export async function openWatch(
  world: World,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<WatchReader> {
  const response = await world.engine.api.request(`http://sluice.test${path}`, {
    headers: { authorization: "Bearer t", ...headers },
  });
  return new WatchReader(response);
}

export async function watch(
  world: World,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<WatchReader> {
  return (await openWatch(world, path, headers)).start();
}

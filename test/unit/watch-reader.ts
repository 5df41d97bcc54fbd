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

  /** Events that came since the last call. */
  async take(): Promise<readonly WatchLine[]> {
    for (let turn = 0; turn < TURNS; turn++) await settled();
    const lines = this.text.split("\n").slice(0, -1);
    const fresh = lines.slice(this.#taken).filter((line) => line !== "");
    this.#taken = lines.length;
    return fresh.map((line) => JSON.parse(line));
  }

  /** `ADDED b 3`: type, name and resourceVersion of the events since the last call. */
  async takeShort(): Promise<readonly string[]> {
    return (await this.take()).map(({ type, object }) => {
      const { name, resourceVersion } = object.metadata;
      return [type, ...(name === undefined ? [] : [name]), resourceVersion].join(" ");
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

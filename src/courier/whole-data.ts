/**
 * Large events that must be whole in memory to go on: to another channel, or in a form that has their data within. A run
 * holds so much of them at once and no more; the others wait for their turn, within the timeout of their delivery.
 */
import type { ChannelName } from "../core/channel-name.ts";
import { type Chunked, readWhole } from "./event-data.ts";
import type { CourierPorts } from "./ports.ts";

/** Bytes of data; one event alone may be larger. A Worker has 128 MB, and each is there three times on its way. */
const WHOLE_BYTES = 24 * 1024 * 1024;

interface Waiting {
  readonly bytes: number;
  readonly begin: () => void;
}

export class WholeData {
  readonly #ports: Pick<CourierPorts, "readPart">;
  readonly #waiting: Waiting[] = [];
  #bytes = 0;

  constructor(ports: Pick<CourierPorts, "readPart">) {
    this.#ports = ports;
  }

  /** `use` has the data as long as its promise is pending. Rejects when a part cannot be read, and as `use` does. */
  async during<Result>(
    channel: ChannelName,
    event: Chunked,
    use: (data: Uint8Array) => Promise<Result>,
  ): Promise<Result> {
    await this.#turn(event.dataBytes);
    try {
      return await use(await readWhole(this.#ports, channel, event));
    } finally {
      this.#bytes -= event.dataBytes;
      this.#admit();
    }
  }

  /** In the order of asking, so that a large one is not passed by for ever. */
  #turn(bytes: number): Promise<void> {
    return new Promise((begin) => {
      this.#waiting.push({ bytes, begin });
      this.#admit();
    });
  }

  #admit(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      if (this.#bytes > 0 && this.#bytes + first.bytes > WHOLE_BYTES) return;
      this.#waiting.shift();
      this.#bytes += first.bytes;
      first.begin();
    }
  }
}

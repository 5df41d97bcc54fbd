/** A fresh router with a Broker and Triggers or a Sequence, and a fresh sink, for one measurement. */
import { createToken } from "../../test/kit/access-token.ts";
import { apply } from "../../test/kit/apply.ts";
import { withFolder } from "../../test/kit/temporary-folder.ts";
import { type Annotations, BROKER, broker, SEQUENCE, sequence, type TriggerOptions, trigger } from "../manifests.ts";
import type { MeasuredServer } from "../measured-server.ts";
import { startRouter } from "../router.ts";
import { Sink } from "../sink-process.ts";

/** Sinks tell Triggers apart by one digit. Those beyond must not match. */
const SUBSCRIBERS = 10;
/** Each waits until it is ready, which many do in the time of one. */
const CREATED_AT_ONCE = 50;

export interface Measured {
  readonly router: MeasuredServer;
  readonly sink: Sink;
  /** Where the Broker, or the Sequence, takes events. */
  readonly url: string;
  /** It, for the operator API. */
  readonly channel: string;
  /** That it takes them with. */
  readonly headers: Readonly<Record<string, string>>;
  readonly folder: string;
}

export type TriggerPlan = Omit<TriggerOptions, "sinkUrl" | "number">;

export interface RouterPlan {
  readonly triggers: readonly TriggerPlan[];
  /** Events are posted to a Sequence with so many steps instead of the Broker. */
  readonly steps?: number;
  /** Of the Broker. */
  readonly annotations?: Annotations;
  /** Variables of the router that are not as `npm start` sets them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The router is not open: events are posted with an access token. */
  readonly asksForTokens?: boolean;
}

/** Of a router that asks for tokens. */
const ADMIN_TOKEN = { SLUICE_ADMIN_TOKEN: "bench" };

export function withRouter<T>(
  { triggers, steps, annotations = {}, settings = {}, asksForTokens = false }: RouterPlan,
  work: (measured: Measured) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    const sink = await Sink.start({ subscribers: SUBSCRIBERS });
    try {
      const router = await startRouter(folder, { ...settings, ...(asksForTokens ? ADMIN_TOKEN : {}) });
      try {
        const token = asksForTokens ? await createToken(router, { name: "bench", role: "publisher" }) : undefined;
        const headers: Measured["headers"] = token === undefined ? {} : { authorization: `Bearer ${token}` };
        await apply(router, broker(annotations));
        const manifests = triggers.map((plan, number) => trigger({ ...plan, number, sinkUrl: sink.url }));
        for (let first = 0; first < manifests.length; first += CREATED_AT_ONCE) {
          const group = manifests.slice(first, first + CREATED_AT_ONCE);
          await Promise.all(group.map((manifest) => apply(router, manifest)));
        }
        if (steps !== undefined) await apply(router, sequence(steps, sink.url));
        const channel = steps === undefined ? `brokers/${BROKER}` : `sequences/${SEQUENCE}`;
        const path = steps === undefined ? BROKER : channel;
        return await work({ router, sink, url: `${router.url}/default/${path}`, channel, headers, folder });
      } finally {
        await router.stop();
      }
    } finally {
      await sink.end();
    }
  });
}

/** A fresh router with a Broker and Triggers, and a fresh sink, for one measurement. */
import { apply } from "../../test/kit/apply.ts";
import { withFolder } from "../../test/kit/temporary-folder.ts";
import { type Annotations, BROKER, broker, type TriggerOptions, trigger } from "../manifests.ts";
import type { MeasuredServer } from "../measured-server.ts";
import { startRouter } from "../router.ts";
import { Sink } from "../sink-process.ts";

/** Sinks tell Triggers apart by one digit. */
const SUBSCRIBERS = 10;

export interface Measured {
  readonly router: MeasuredServer;
  readonly sink: Sink;
  /** Where the Broker takes events. */
  readonly brokerUrl: string;
  readonly folder: string;
}

export type TriggerPlan = Omit<TriggerOptions, "sinkUrl" | "number">;

export interface RouterPlan {
  readonly triggers: readonly TriggerPlan[];
  /** Of the Broker. */
  readonly annotations?: Annotations;
  /** Variables of the router that are not as `npm start` sets them. */
  readonly settings?: Readonly<Record<string, string>>;
}

export function withRouter<T>(
  { triggers, annotations = {}, settings = {} }: RouterPlan,
  work: (measured: Measured) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    const sink = await Sink.start({ subscribers: SUBSCRIBERS });
    try {
      const router = await startRouter(folder, settings);
      try {
        await apply(router, broker(annotations));
        for (const [number, plan] of triggers.entries()) {
          await apply(router, trigger({ ...plan, number, sinkUrl: sink.url }));
        }
        return await work({ router, sink, brokerUrl: `${router.url}/default/${BROKER}`, folder });
      } finally {
        await router.stop();
      }
    } finally {
      await sink.end();
    }
  });
}

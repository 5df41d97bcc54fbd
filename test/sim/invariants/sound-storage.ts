/** No chunk without an owner, no owner without its chunks, no row of a subscription that is gone. */
import type { ChannelRecord } from "../channel-record.ts";
import type { Invariant } from "../invariant.ts";

const OWNED = `SELECT blob AS n FROM segment WHERE blob IS NOT NULL UNION SELECT blob FROM straggler WHERE blob IS NOT NULL
   UNION SELECT reply_blob FROM straggler WHERE reply_blob IS NOT NULL ORDER BY n`;
const STORED = "SELECT DISTINCT id / 64 AS n FROM chunk ORDER BY n";

export const soundStorage: Invariant = {
  name: "sound storage",
  begin: (world) => {
    const all = (): string | undefined => {
      for (const record of world.ledger.records.values()) {
        const message = unsound(record);
        if (message !== undefined) return message;
      }
      return undefined;
    };
    return { crashed: unsound, finished: all };
  },
};

function unsound(record: ChannelRecord): string | undefined {
  if (!record.view.exists) return undefined;
  const numbers = (query: string): string =>
    record.view
      .rows<{ n: number }>(query)
      .map(({ n }) => n)
      .join();
  const [owned, stored] = [numbers(OWNED), numbers(STORED)];
  if (owned !== stored) return `blobs ${owned} are owned and ${stored} are there`;
  const stray = record.stragglers.find(({ subscription }) => !record.tenancy?.accounts.has(subscription));
  return stray && `a straggler of ${stray.subscription}, which is gone`;
}

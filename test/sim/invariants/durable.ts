/** An event answered with 202 is in the log, and on the disk, at that moment; an idempotency key is there once. */
import type { Invariant } from "../invariant.ts";

/** Keys are remembered at least this long, milliseconds. */
const KEY_RETENTION_MS = 72 * 3_600_000;

export const durable: Invariant = {
  name: "durable",
  begin: (world) => ({
    accepted: (post) => {
      const record = world.ledger.records.get(post.channel);
      for (const id of post.ids) {
        const event = record?.everLogged.get(id);
        if (event === undefined || record?.isDurable(event) !== true) return `${id} was accepted and is not durable`;
      }
      return undefined;
    },
    written: ({ tenancy, applied }, { added }) => {
      for (const event of added) {
        for (const key of event.keys) {
          const first = tenancy?.keys.get(key);
          if (first === undefined || first === event) continue;
          // A channel that deduplicates remembers sources and ids as long as it was told to.
          const rememberedMs = key.startsWith("e:") ? (applied?.dedupMs ?? 0) : KEY_RETENTION_MS;
          if (event.acceptedAtMs - first.acceptedAtMs >= rememberedMs) continue;
          return `key ${key} of ${event.id} is in the log twice: ${first.seq} and ${event.seq}`;
        }
      }
      return undefined;
    },
  }),
};

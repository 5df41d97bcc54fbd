/** An event answered with 202 is in the log, and on the disk, at that moment; an idempotency key is there once. */
import type { CallAnswer } from "../../../src/ingress/coalesce.ts";
import type { Invariant } from "../invariant.ts";
import type { Post } from "../producers.ts";
import type { World } from "../world.ts";

export const durable: Invariant = {
  name: "durable",
  begin: (world) => ({
    postAnswered: (post, answer) => {
      const record = world.ledger.records.get(post.channel);
      if (answer.kind === "refused") return undefined;
      if (answer.kind !== "accepted") return refusedForNothing(world, post, answer);
      if (answer.duplicate && post.key === undefined && !record?.deduplicates) return `${post.ids[0]} is no duplicate`;
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
          const rememberedMs = key.startsWith("e:") ? (applied?.dedupMs ?? 0) : world.limits.keyRetentionMs;
          if (event.acceptedAtMs - first.acceptedAtMs >= rememberedMs) continue;
          return `key ${key} of ${event.id} is in the log twice: ${first.seq} and ${event.seq}`;
        }
      }
      return undefined;
    },
  }),
};

/** With nothing wrong, producers are answered in time. */
function refusedForNothing({ storm, controlPlane }: World, post: Post, answer: CallAnswer): string | undefined {
  const isFine = storm.name === "calm" || storm.name === "neighbours";
  if (!isFine || controlPlane.wanted(post.channel) === undefined) return undefined;
  return `${post.ids[0]} was answered with "${answer.kind}" although nothing is wrong`;
}

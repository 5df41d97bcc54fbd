/** An event answered with 202 is in the log, and on the disk, at that moment; an idempotency key is there once. */
import type { CallAnswer } from "../../../src/ingress/coalesce.ts";
import type { Invariant } from "../invariant.ts";
import type { Post } from "../producers.ts";
import type { World } from "../world.ts";

export const durable: Invariant = {
  name: "durable",
  begin: (world) => {
    /** Of posts without a key, which nobody makes again, that a full buffer refused. */
    const turnedAway = new Set<string>();
    return {
      postAnswered: (post, answer) => {
        const record = world.ledger.records.get(post.channel);
        if (answer.kind === "overloaded" && post.key === undefined) for (const id of post.ids) turnedAway.add(id);
        if (answer.kind === "refused") return undefined;
        if (answer.kind !== "accepted") return refusedForNothing(world, post, answer);
        if (answer.duplicate && post.key === undefined && !record?.deduplicates)
          return `${post.ids[0]} is no duplicate`;
        for (const id of post.ids) {
          const event = record?.everLogged.get(id);
          if (event === undefined || record?.isDurable(event) !== true) return `${id} was accepted and is not durable`;
        }
        return undefined;
      },
      written: ({ tenancy, applied }, { added }) => {
        for (const event of added) {
          if (turnedAway.has(event.id)) return `${event.id} was turned away and is in the log`;
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
    };
  },
};

/** With nothing wrong, producers are answered in time. */
function refusedForNothing(world: World, post: Post, answer: CallAnswer): string | undefined {
  const { storm, controlPlane, limits } = world;
  // A burst fills a small buffer.
  if (answer.kind === "overloaded" && limits.areSmall) return undefined;
  const isFine = storm.name === "calm" || storm.name === "neighbours";
  if (!isFine || controlPlane.wanted(post.channel) === undefined) return undefined;
  return `${post.ids[0]} was answered with "${answer.kind}" although nothing is wrong`;
}

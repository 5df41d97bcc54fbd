/** Which seeds of a run are run a second time, to see that the seed decides everything: some of every kind of run. */

/** A seed's number decides whether its bounds are small (2) and whether it has a tree of flows (5). */
const KINDS = [2, 5] as const;

/** One of about so many, by its position in the run: never in step with what a seed's number decides. */
export function isRunTwice(position: number, each: number): boolean {
  let step = Math.max(1, each);
  while (step > 1 && KINDS.some((every) => step % every === 0)) step++;
  return (position + 1) % step === 0;
}

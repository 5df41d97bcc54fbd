/**
 * A Worker between the router's wake-ups and the router: loses one in five, doubles one in five, and spreads the rest
 * over the queues that the router consumes, because each local queue runs one consumer at a time.
 */
const LOST = 0.2;
const DOUBLED = 0.2;

let state;

/** Mulberry32: from 0 up to, not including, 1. */
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

const counts = { came: 0, lost: 0, doubled: 0 };
let next = 0;

export default {
  /** What became of the wake-ups so far. */
  fetch() {
    return Response.json(counts);
  },

  async queue(batch, env) {
    state ??= Number(env.SEED);
    const queues = Object.keys(env).filter((name) => name.startsWith("OUT_"));
    for (const { body } of batch.messages) {
      counts.came++;
      const dice = random();
      if (dice < LOST) {
        counts.lost++;
        continue;
      }
      const isDoubled = dice < LOST + DOUBLED;
      if (isDoubled) counts.doubled++;
      for (let times = isDoubled ? 2 : 1; times > 0; times--) await env[queues[next++ % queues.length]].send(body);
    }
  },
};

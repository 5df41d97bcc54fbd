/** A bug, not bad input: crash, so that the object restarts from what is durable. Stays on everywhere. */
export default function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

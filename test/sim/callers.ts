/** Digests of the tokens that producers present. */
export const PRODUCER = "producer";
/** Of a token that no channel knows. */
export const STRANGER = "stranger";

/** The event's id says whose it is. */
export function eventIdOf(caller: string | undefined, number: number): string {
  return `${caller === STRANGER ? "s" : "e"}${number}`;
}

export function isStrangersEvent(id: string): boolean {
  return id.startsWith("s");
}

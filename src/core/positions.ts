/** Positions in APIs are opaque strings of (partition, seq), so that partitions can come later. */

const PARTITION = "0";
const POSITION = /^0-([0-9a-z]{1,11})$/;

export function positionText(seq: number): string {
  return `${PARTITION}-${seq.toString(36)}`;
}

/** The sequence number, or undefined where the text is no position. */
export function parsePosition(text: string): number | undefined {
  const digits = POSITION.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const seq = Number.parseInt(digits, 36);
  return Number.isSafeInteger(seq) ? seq : undefined;
}

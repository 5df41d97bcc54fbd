/** Thrown inside the reader of CESQL, and turned into a value by `parse.ts`: nobody else sees it. */
export class Malformed extends Error {
  /** Offset into the text, from 0. */
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

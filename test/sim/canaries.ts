/** Bugs that the simulator must find: a text of a product module, and what is loaded in its place. */
export interface Canary {
  readonly name: string;
  readonly file: string;
  readonly original: string;
  readonly replacement: string;
}

export const CANARIES: readonly Canary[] = [];

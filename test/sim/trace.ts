/** What happened in a run, as a running hash, and as lines where somebody wants to read them. */
export class Trace {
  readonly lines: string[] = [];
  readonly #isRecording: boolean;
  readonly #now: () => number;
  #hash = 0x811c9dc5;
  notes = 0;

  constructor(isRecording: boolean, now: () => number) {
    this.#isRecording = isRecording;
    this.#now = now;
  }

  get hash(): number {
    return this.#hash;
  }

  note(kind: string, about: string, detail: number | string = 0, more = 0): void {
    this.notes++;
    this.#mix(this.#now());
    this.#text(kind);
    this.#text(about);
    if (typeof detail === "number") this.#mix(detail);
    else this.#text(detail);
    this.#mix(more);
    if (this.#isRecording) this.lines.push(`${this.#now()} ${kind} ${about} ${detail} ${more}`);
  }

  /** FNV-1a over characters. */
  #text(text: string): void {
    let hash = this.#hash;
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    this.#hash = hash >>> 0;
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value % 0x7fffffff), 0x01000193) >>> 0;
  }
}

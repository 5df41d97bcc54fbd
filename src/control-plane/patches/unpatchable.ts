/** A patch that is well-formed but cannot be carried out on this object. */
export class Unpatchable extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Unpatchable";
  }
}

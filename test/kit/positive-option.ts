/** The whole number of 1 or more that `--name` was given; throws with what to give instead. */
export function positiveOption(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is ${text}; give a number of 1 or more`);
  return value;
}

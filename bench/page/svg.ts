/** Drawing by hand: the frame that all charts share, in colours that follow the reader's light or dark page. */

export const WIDTH = 760;

/** Parts of a chart that have a colour, by class name: light page, dark page. */
const COLOURS = {
  ink: ["#0b0b0b", "#ffffff"],
  quiet: ["#52514e", "#c3c2b7"],
  grid: ["#e1e0d9", "#2c2c2a"],
  floor: ["#a3a199", "#6f6d66"],
  one: ["#2a78d6", "#3987e5"],
  two: ["#1baf7a", "#199e70"],
  three: ["#eda100", "#c98500"],
} as const;

export type Colour = keyof typeof COLOURS;

export interface Chart {
  readonly height: number;
  /** What a reader hears who does not see it. */
  readonly describes: string;
  readonly parts: readonly string[];
}

export function svg({ height, describes, parts }: Chart): string {
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escaped(describes)}">`,
    `<style>text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif}${classes(0)}`,
    `@media (prefers-color-scheme:dark){${classes(1)}}</style>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

export interface TextOptions {
  readonly anchor?: "start" | "middle" | "end";
  readonly colour?: Colour;
}

export function text(x: number, y: number, words: string, options: TextOptions = {}): string {
  const { anchor = "start", colour = "ink" } = options;
  return `<text x="${round(x)}" y="${round(y)}" class="${colour}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A bar that begins at a straight base line; its far end is rounded where nothing follows. */
export function bar({ x, y, width, height }: Box, colour: Colour, isLast = true): string {
  const r = isLast ? Math.min(4, width / 2) : 0;
  const [w, h] = [Math.max(0, width - r), height - 2 * r];
  const path = `M${round(x)} ${round(y)}h${round(w)}q${r} 0 ${r} ${r}v${round(h)}q0 ${r} -${r} ${r}h-${round(w)}z`;
  return `<path d="${path}" class="${colour}"/>`;
}

export function line(
  from: readonly [number, number],
  to: readonly [number, number],
  colour: Colour,
  width = 1,
): string {
  const [[x1, y1], [x2, y2]] = [from, to];
  const ends = `x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"`;
  return `<line ${ends} class="${colour}-line" stroke-width="${width}"/>`;
}

export function polyline(points: readonly (readonly [number, number])[], colour: Colour): string {
  const path = points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
  return `<polyline points="${path}" class="${colour}-line" fill="none" stroke-width="2" stroke-linejoin="round"/>`;
}

/** Small squares with their words, side by side. */
export function legend(
  y: number,
  entries: readonly { readonly words: string; readonly colour: Colour }[],
): readonly string[] {
  let x = 0;
  return entries.flatMap(({ words, colour }) => {
    const at = x;
    x += 34 + words.length * 6.8;
    return [
      `<rect x="${at}" y="${y - 10}" width="12" height="12" rx="2" class="${colour}"/>`,
      text(at + 18, y, words, { colour: "quiet" }),
    ];
  });
}

/** Round numbers from 0 to past `highest`, about five of them. */
export function ticks(highest: number): readonly number[] {
  const rough = highest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? power * 10;
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

function classes(page: 0 | 1): string {
  return Object.entries(COLOURS)
    .map(([name, pair]) => `.${name}{fill:${pair[page]}}.${name}-line{stroke:${pair[page]}}`)
    .join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

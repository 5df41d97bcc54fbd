/** Horizontal bars with what they stand for on the left and their value at the end; a bar may be made of parts. */
import { bar, type Colour, legend, line, svg, text, ticks, WIDTH } from "./svg.ts";

export interface Bar {
  readonly words: string;
  readonly parts: readonly { readonly value: number; readonly colour: Colour }[];
  readonly label: string;
  /** The lowest and the highest of the measurements. */
  readonly range?: readonly [number, number];
}

export interface BarChart {
  /** What the bars stand for, with their unit. */
  readonly title: string;
  readonly bars: readonly Bar[];
  readonly tick: (value: number) => string;
  readonly legend: readonly { readonly words: string; readonly colour: Colour }[];
}

const LEFT = 270;
const RIGHT = 70;
const ROW = 32;
const THICK = 20;
const GAP = 2;
const TOP = 30;

export function barChart({ title, bars, tick, legend: entries }: BarChart): string {
  const highest = Math.max(...bars.map(({ parts, range }) => Math.max(sum(parts), range?.[1] ?? 0)));
  const marks = ticks(highest);
  const scale = (WIDTH - LEFT - RIGHT) / (marks.at(-1) ?? 1);
  const bottom = TOP + bars.length * ROW;
  const grid = marks.flatMap((value) => {
    const x = LEFT + value * scale;
    return [
      line([x, TOP], [x, bottom], "grid"),
      text(x, bottom + 18, tick(value), { anchor: "middle", colour: "quiet" }),
    ];
  });
  const drawn = bars.flatMap((each, index) => drawBar(each, TOP + index * ROW, scale));
  const describes = `${title}: ${bars.map(({ words, label }) => `${words} ${label}`).join(", ")}`;
  return svg({ height: bottom + 26, describes, parts: [...legend(14, entries), ...grid, ...drawn] });
}

function drawBar({ words, parts, label, range }: Bar, top: number, scale: number): readonly string[] {
  const y = top + (ROW - THICK) / 2;
  const middle = y + THICK / 2;
  const shown = parts.filter(({ value }) => value * scale >= GAP);
  let x = LEFT;
  const drawn = shown.map(({ value, colour }, index) => {
    const isLast = index === shown.length - 1;
    const width = value * scale;
    const box = { x, y, width: width - (isLast ? 0 : GAP), height: THICK };
    x += width;
    return bar(box, colour, isLast);
  });
  const [lowest, highest] = (range ?? [0, 0]).map((value) => LEFT + value * scale);
  const whisker = range === undefined ? [] : [line([lowest ?? 0, middle], [highest ?? 0, middle], "ink", 1.5)];
  const end = Math.max(x, highest ?? 0);
  return [
    text(LEFT - 12, middle + 4.5, words, { anchor: "end" }),
    ...drawn,
    ...whisker,
    text(end + 8, middle + 4.5, label, { colour: "quiet" }),
  ];
}

function sum(parts: readonly { readonly value: number }[]): number {
  return parts.reduce((total, { value }) => total + value, 0);
}

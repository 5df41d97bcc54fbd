/** Values over the minutes of a long run, one line for each series, named at its end. */
import { type Colour, line, polyline, svg, text, ticks, WIDTH } from "./svg.ts";

export interface LineChart {
  readonly describes: string;
  readonly unit: string;
  readonly series: readonly {
    readonly words: string;
    readonly colour: Colour;
    readonly points: readonly (readonly [minute: number, value: number])[];
  }[];
}

const LEFT = 50;
const RIGHT = 90;
const TOP = 24;
const BOTTOM = 200;
/** Names of lines that end close together are moved apart. */
const NAME_HEIGHT = 16;

export function lineChart({ describes, unit, series }: LineChart): string {
  const all = series.flatMap(({ points }) => points);
  const minutes = Math.max(1, ...all.map(([minute]) => minute));
  const marks = ticks(Math.max(...all.map(([, value]) => value)));
  const highest = marks.at(-1) ?? 1;
  const x = (minute: number): number => LEFT + (minute / minutes) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => BOTTOM - (value / highest) * (BOTTOM - TOP);
  const grid = marks.flatMap((value) => [
    line([LEFT, y(value)], [WIDTH - RIGHT, y(value)], "grid"),
    text(LEFT - 8, y(value) + 4.5, String(value), { anchor: "end", colour: "quiet" }),
  ]);
  const axis = ticks(minutes)
    .filter((minute) => minute <= minutes)
    .map((minute) => text(x(minute), BOTTOM + 20, String(minute), { anchor: "middle", colour: "quiet" }));
  let lowestName = Number.POSITIVE_INFINITY;
  const ends = [...series].sort((a, b) => lastOf(a.points) - lastOf(b.points));
  const names = ends.map(({ words, points }) => {
    lowestName = Math.min(y(lastOf(points)) + 4.5, lowestName - NAME_HEIGHT);
    return text(WIDTH - RIGHT + 8, lowestName, words, { colour: "quiet" });
  });
  const drawn = series.map(({ points, colour }) =>
    polyline(
      points.map(([minute, value]) => [x(minute), y(value)] as const),
      colour,
    ),
  );
  const units = [text(0, 12, `${unit}, by minute`, { colour: "quiet" })];
  return svg({ height: BOTTOM + 30, describes, parts: [...units, ...grid, ...axis, ...drawn, ...names] });
}

function lastOf(points: readonly (readonly [number, number])[]): number {
  return points.at(-1)?.[1] ?? 0;
}

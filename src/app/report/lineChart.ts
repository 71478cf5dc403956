// Line chart over numbers: loss by epoch, accuracy by step, loss by learning rate.

import { ArgumentError } from '../../engine/errors.js';
import { Drawing } from './drawing.js';
import { GRID, PALETTE, MUTED } from './color.js';
import { textHeight, textWidth } from './font.js';
import { drawFrame, type Box } from './frame.js';
import { axisOf, type Axis } from './ticks.js';

export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  /**
   * Same length as `x`. A value that is not finite (or not above 0 on a logarithmic axis) leaves a
   * gap in the line.
   */
  readonly y: readonly number[];
}

export interface LineChartOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  /** Logarithmic axes. Default false. */
  readonly xLog?: boolean;
  readonly yLog?: boolean;
  /** Ticks of the x axis only at integers, such as epochs. Default false. */
  readonly xInteger?: boolean;
  /** Labeled vertical lines, such as the best epoch. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
  /** In pixels; default 900 x 480. */
  readonly width?: number;
  readonly height?: number;
}

/** Lines with more points than this are drawn without dots. */
const MAX_DOTS = 60;

/**
 * Draws a chart with one line per series.
 *
 * @throws ArgumentError for more than eight series, or one whose `x` and `y` differ in length
 */
export function lineChart(options: LineChartOptions): Drawing {
  const { title, xLabel, yLabel, series, xLog = false, yLog = false, marks = [] } = options;
  const { xInteger: integer = false } = options;
  const { width = 900, height = 480 } = options;
  if (series.length > PALETTE.length) {
    throw new ArgumentError(
      `line chart "${title}": ${series.length} series, but only ${PALETTE.length} colors; draw ` +
        `at most ${PALETTE.length}`,
    );
  }
  const mismatched = series.find(({ x, y }) => x.length !== y.length);
  if (mismatched !== undefined) {
    throw new ArgumentError(
      `line chart "${title}": series ${mismatched.name} has ${mismatched.x.length} x values but ` +
        `${mismatched.y.length} y values`,
    );
  }
  const drawing = new Drawing(width, height);
  const xs = [...series.flatMap(({ x }) => x), ...marks.map(({ x }) => x)];
  const ys = series.flatMap(({ y }) => y);
  const xCount = Math.max(3, Math.floor(width / 90));
  const xAxis = axisOf(xs, { log: xLog, count: xCount, round: false, integer });
  const yAxis = axisOf(ys, { log: yLog, count: Math.max(3, Math.floor(height / 70)) });
  // A single line needs no legend: the axis label names it.
  const legend =
    series.length < 2 ? [] : series.map(({ name }, i) => ({ name, color: PALETTE[i] }));
  const box = drawFrame(drawing, { title, xLabel, yLabel, xAxis, yAxis, legend });
  for (const { x } of marks) drawMarkLine(drawing, box, xAxis.position(x));
  for (const [i, line] of series.entries()) {
    drawSeries(drawing, box, xAxis, yAxis, line, PALETTE[i]);
  }
  for (const { x, label } of marks) drawMarkLabel(drawing, box, xAxis.position(x), label);
  if (!ys.some((value) => Number.isFinite(yAxis.position(value)))) {
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    drawing.text(x, y, 'nothing to show', { align: 'center', color: MUTED });
  }
  return drawing;
}

function columnAt(box: Box, position: number): number | null {
  return position >= 0 && position <= 1
    ? Math.round(box.left + position * (box.right - box.left))
    : null;
}

function drawMarkLine(drawing: Drawing, box: Box, position: number): void {
  const x = columnAt(box, position);
  if (x === null) return;
  for (let y = box.top; y <= box.bottom; y += 6)
    drawing.line(x, y, x, Math.min(y + 2, box.bottom), MUTED);
}

/** Beside its line, on the side with enough room, and on top of the data. */
function drawMarkLabel(drawing: Drawing, box: Box, position: number, label: string): void {
  const x = columnAt(box, position);
  if (x === null) return;
  const fits = x + 6 + textWidth(label) <= box.right;
  const side = fits ? { x: x + 6, align: 'left' as const } : { x: x - 6, align: 'right' as const };
  drawing.outlinedText(side.x, box.top + textHeight() / 2, label, {
    align: side.align,
    color: MUTED,
  });
}

function drawSeries(
  drawing: Drawing,
  box: Box,
  xAxis: Axis,
  yAxis: Axis,
  { x, y }: Series,
  color: (typeof PALETTE)[number],
): void {
  let previous: readonly [number, number] | null = null;
  const dots: (readonly [number, number])[] = [];
  for (let i = 0; i < x.length; i++) {
    const point = [
      box.left + xAxis.position(x[i]) * (box.right - box.left),
      box.bottom - yAxis.position(y[i]) * (box.bottom - box.top),
    ] as const;
    if (!point.every(Number.isFinite)) {
      previous = null;
      continue;
    }
    if (previous !== null) drawing.line(...previous, ...point, color, 2);
    else if (x.length > MAX_DOTS) drawing.disc(...point, 1, color);
    previous = point;
    dots.push(point);
  }
  if (x.length > MAX_DOTS) return;
  for (const dot of dots) {
    drawing.disc(...dot, 4, GRID);
    drawing.disc(...dot, 3, color);
  }
}

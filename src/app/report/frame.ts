// What charts have in common: title, axes with their numbers, grid, and margins as wide as the text needs. Imports the
// canvas and the font.

import { Canvas } from './canvas.js';
import { GRID, INK, QUIET, type Color } from './color.js';
import { textHeight, textWidth } from './font.js';
import type { Axis } from './ticks.js';

/** Space round everything. */
export const PADDING = 20;
const TITLE_SCALE = 2;
const TICK_GAP = 8;

/** Where data goes on a picture: edges in pixels, the right and bottom one included. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface LegendEntry {
  readonly name: string;
  readonly color: Color;
}

/** Cuts a text so that it fits, with dots for what is missing. */
export function fitText(text: string, width: number, scale = 1): string {
  if (textWidth(text, scale) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && textWidth(`${characters.join('')}...`, scale) > width) characters.pop();
  return `${characters.join('')}...`;
}

/** Writes the title and gives the row below it. Long titles break between words. */
export function drawTitle(canvas: Canvas, title: string, left = PADDING): number {
  let y = PADDING;
  for (const line of wrapText(title, canvas.width - left - PADDING, TITLE_SCALE)) {
    canvas.text(left, y, line, { scale: TITLE_SCALE, color: INK });
    y += textHeight(TITLE_SCALE) + 10;
  }
  return y + 4;
}

/** The height that `drawTitle` takes, for pictures whose size follows from what they show. */
export function titleHeight(title: string, width: number): number {
  const lines = wrapText(title, width - 2 * PADDING, TITLE_SCALE).length;
  return lines === 0 ? 0 : PADDING + lines * (textHeight(TITLE_SCALE) + 10) + 4;
}

/** Breaks a text between words into lines that fit; a single word that does not fit is cut. */
export function wrapText(text: string, width: number, scale = 1): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && textWidth(longer, scale) <= width) lines[lines.length - 1] = longer;
    else lines.push(fitText(word, width, scale));
  }
  return lines;
}

/** Writes names with their colors in rows and gives the row below them. */
export function drawLegend(
  canvas: Canvas,
  entries: readonly LegendEntry[],
  left: number,
  top: number,
): number {
  const [sample, gap, rowHeight] = [22, 18, 16];
  let [x, y] = [left, top];
  for (const { name, color } of entries) {
    const text = fitText(name, canvas.width - PADDING - left - sample - 6);
    const width = sample + 6 + textWidth(text);
    if (x > left && x + width > canvas.width - PADDING) [x, y] = [left, y + rowHeight];
    canvas.line(x + 1, y + 4, x + sample - 1, y + 4, color, 3);
    canvas.text(x + sample + 6, y, text);
    x += width + gap;
  }
  return entries.length === 0 ? top : y + rowHeight + 6;
}

export interface FrameOptions {
  readonly title: string;
  readonly xLabel?: string;
  readonly yLabel: string;
  readonly xAxis?: Axis;
  readonly yAxis: Axis;
  readonly legend?: readonly LegendEntry[];
  /** Space under the box for names that the chart writes itself. Default 0. */
  readonly below?: number;
}

/** Draws title, legend, grid and axes, and gives the box that is left for the data. */
export function drawFrame(canvas: Canvas, options: FrameOptions): Box {
  const { title, xLabel = '', yLabel, xAxis, yAxis, legend = [], below = 0 } = options;
  const widest = Math.max(...yAxis.ticks.map(({ label }) => textWidth(label)));
  const yLabelWidth = yLabel === '' ? 0 : textHeight() + 12;
  const left = PADDING + yLabelWidth + widest + TICK_GAP;
  const underTitle = drawTitle(canvas, title);
  const top = drawLegend(canvas, legend, PADDING, underTitle) + 6;
  const tickRow = xAxis === undefined ? 0 : TICK_GAP + textHeight();
  const xLabelRow = xLabel === '' ? 0 : 12 + textHeight();
  // Half of the last number sticks out to the right.
  const overhang = xAxis?.ticks.at(-1) === undefined ? 0 : textWidth(xAxis.ticks.at(-1)!.label) / 2;
  const right = Math.floor(canvas.width - PADDING - overhang);
  const bottom = canvas.height - PADDING - xLabelRow - tickRow - below;
  const box = { left, top, right, bottom };

  for (const { value, label } of yAxis.ticks) {
    const y = yOf(box, yAxis, value);
    canvas.line(left, y, right, y, GRID);
    canvas.text(left - TICK_GAP, y - textHeight() / 2, label, { align: 'right', color: QUIET });
  }
  for (const { value, label } of xAxis?.ticks ?? []) {
    const x = xOf(box, xAxis!, value);
    canvas.line(x, top, x, bottom, GRID);
    canvas.text(x, bottom + TICK_GAP, label, { align: 'center', color: QUIET });
  }
  canvas.line(left, bottom, right, bottom, QUIET);
  canvas.line(left, top, left, bottom, QUIET);
  if (xLabel !== '') {
    const y = canvas.height - PADDING - textHeight();
    canvas.text((left + right) / 2, y, fitText(xLabel, right - left), { align: 'center' });
  }
  if (yLabel !== '') {
    const text = fitText(yLabel, bottom - top);
    canvas.text(PADDING, (top + bottom) / 2, text, { align: 'center', vertical: true });
  }
  return box;
}

/** The column of a value; whole, so that grid lines are sharp. */
export function xOf(box: Box, axis: Axis, value: number): number {
  return Math.round(box.left + axis.place(value) * (box.right - box.left));
}

/** The row of a value. */
export function yOf(box: Box, axis: Axis, value: number): number {
  return Math.round(box.bottom - axis.place(value) * (box.bottom - box.top));
}

// Parts that all charts share: title, axes with tick labels, grid, and margins as wide as the text
// needs.

import type { Drawing } from './drawing.js';
import { GRID, INK, MUTED, type Color } from './color.js';
import { textHeight, textWidth } from './font.js';
import type { Axis } from './ticks.js';

/** Margin on every side of a chart, in pixels. */
export const PADDING = 20;
const TITLE_SCALE = 2;
const TICK_GAP = 8;

/** The data area of a chart: edges in pixels, right and bottom inclusive. */
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

/** Truncates a text to a width in pixels; an ellipsis marks the cut. */
export function fitText(text: string, width: number, scale = 1): string {
  if (textWidth(text, scale) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && textWidth(`${characters.join('')}...`, scale) > width)
    characters.pop();
  return `${characters.join('')}...`;
}

/** Draws the title and returns the row below it. Long titles wrap between words. */
export function drawTitle(drawing: Drawing, title: string, left = PADDING): number {
  let y = PADDING;
  for (const line of wrapText(title, drawing.width - left - PADDING, TITLE_SCALE)) {
    drawing.text(left, y, line, { scale: TITLE_SCALE, color: INK });
    y += textHeight(TITLE_SCALE) + 10;
  }
  return y + 4;
}

/** Height that `drawTitle` takes, for charts whose size depends on their content. */
export function titleHeight(title: string, width: number): number {
  const lines = wrapText(title, width - 2 * PADDING, TITLE_SCALE).length;
  return lines === 0 ? 0 : PADDING + lines * (textHeight(TITLE_SCALE) + 10) + 4;
}

/**
 * Wraps a text between words into lines of at most `width` pixels; a single word that does not fit
 * is truncated.
 */
export function wrapText(text: string, width: number, scale = 1): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && textWidth(longer, scale) <= width) lines[lines.length - 1] = longer;
    else lines.push(fitText(word, width, scale));
  }
  return lines;
}

/** Draws names with their colors in rows and returns the row below them. */
export function drawLegend(
  drawing: Drawing,
  entries: readonly LegendEntry[],
  left: number,
  top: number,
): number {
  const [sample, gap, rowHeight] = [22, 18, 16];
  let [x, y] = [left, top];
  for (const { name, color } of entries) {
    const text = fitText(name, drawing.width - PADDING - left - sample - 6);
    const width = sample + 6 + textWidth(text);
    if (x > left && x + width > drawing.width - PADDING) [x, y] = [left, y + rowHeight];
    drawing.line(x + 1, y + 4, x + sample - 1, y + 4, color, 3);
    drawing.text(x + sample + 6, y, text);
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
  /** Space under the box for names that the chart draws, in pixels. Default 0. */
  readonly below?: number;
}

/** Draws title, legend, grid and axes, and returns the box that remains for the data. */
export function drawFrame(drawing: Drawing, options: FrameOptions): Box {
  const { title, xLabel = '', yLabel, xAxis, yAxis, legend = [], below = 0 } = options;
  const widest = Math.max(...yAxis.ticks.map(({ label }) => textWidth(label)));
  const yLabelWidth = yLabel === '' ? 0 : textHeight() + 12;
  const left = PADDING + yLabelWidth + widest + TICK_GAP;
  const underTitle = drawTitle(drawing, title);
  const top = drawLegend(drawing, legend, PADDING, underTitle) + 6;
  const tickRow = xAxis === undefined ? 0 : TICK_GAP + textHeight();
  const xLabelRow = xLabel === '' ? 0 : 12 + textHeight();
  // Half of the last tick label extends to the right of the axis.
  const overhang = xAxis?.ticks.at(-1) === undefined ? 0 : textWidth(xAxis.ticks.at(-1)!.label) / 2;
  const right = Math.floor(drawing.width - PADDING - overhang);
  const bottom = drawing.height - PADDING - xLabelRow - tickRow - below;
  const box = { left, top, right, bottom };

  for (const { value, label } of yAxis.ticks) {
    const y = yOf(box, yAxis, value);
    drawing.line(left, y, right, y, GRID);
    drawing.text(left - TICK_GAP, y - textHeight() / 2, label, { align: 'right', color: MUTED });
  }
  for (const { value, label } of xAxis?.ticks ?? []) {
    const x = xOf(box, xAxis!, value);
    drawing.line(x, top, x, bottom, GRID);
    drawing.text(x, bottom + TICK_GAP, label, { align: 'center', color: MUTED });
  }
  drawing.line(left, bottom, right, bottom, MUTED);
  drawing.line(left, top, left, bottom, MUTED);
  if (xLabel !== '') {
    const y = drawing.height - PADDING - textHeight();
    drawing.text((left + right) / 2, y, fitText(xLabel, right - left), { align: 'center' });
  }
  if (yLabel !== '') {
    const text = fitText(yLabel, bottom - top);
    drawing.text(PADDING, (top + bottom) / 2, text, { align: 'center', vertical: true });
  }
  return box;
}

/** The column of a value; rounded, so that grid lines are sharp. */
export function xOf(box: Box, axis: Axis, value: number): number {
  return Math.round(box.left + axis.position(value) * (box.right - box.left));
}

/** The row of a value. */
export function yOf(box: Box, axis: Axis, value: number): number {
  return Math.round(box.bottom - axis.position(value) * (box.bottom - box.top));
}

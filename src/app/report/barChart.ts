// Bar chart with a zero baseline, one bar per name: images or accuracy per class.

import { ArgumentError } from '../../engine/errors.js';
import { Drawing } from './drawing.js';
import { INK, PALETTE, MUTED } from './color.js';
import { textHeight, textWidth } from './font.js';
import { drawFrame, fitText, yOf } from './frame.js';
import { axisOf } from './ticks.js';

export interface BarChartOptions {
  readonly title: string;
  readonly yLabel: string;
  readonly names: readonly string[];
  /** One per name; a non-finite value has no bar. */
  readonly values: readonly number[];
  /** Lower and upper end of the confidence interval of each value, or null for none. */
  readonly errorBars?: readonly (readonly [low: number, high: number] | null)[];
  /** In pixels. Default: wide enough for the names, and 420. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * Widest name in pixels that is drawn horizontally; longer names of many bars are drawn vertically.
 */
const MAX_HORIZONTAL_NAME = 60;

/** Draws bars from zero, so that their lengths are comparable. */
export function barChart(options: BarChartOptions): Drawing {
  const { title, yLabel, names, values, errorBars = [] } = options;
  if (
    names.length !== values.length ||
    (errorBars.length > 0 && errorBars.length !== values.length)
  ) {
    throw new ArgumentError(
      `bar chart "${title}": ${names.length} names, ${values.length} values and ` +
        `${errorBars.length} error bars; lengths must match`,
    );
  }
  const longest = Math.max(0, ...names.map((name) => textWidth(name)));
  const minSlot = Math.max(18, longest <= MAX_HORIZONTAL_NAME ? longest + 8 : 0);
  const { width = Math.max(480, 110 + names.length * minSlot), height = 420 } = options;
  const drawing = new Drawing(width, height);
  const yAxis = axisOf([0, ...values, ...errorBars.flatMap((ends) => ends ?? [])], { count: 5 });
  const isHorizontal = (width - 130) / Math.max(1, names.length) >= longest + 4;
  const below = 8 + (isHorizontal ? textHeight() + 4 : Math.min(longest, 140));
  const box = drawFrame(drawing, { title, yLabel, yAxis, below });

  const slot = (box.right - box.left) / Math.max(1, names.length);
  const zero = yOf(box, yAxis, 0);
  for (const [i, name] of names.entries()) {
    const middle = Math.round(box.left + (i + 0.5) * slot);
    const half = Math.max(1, Math.floor(slot * 0.36));
    if (Number.isFinite(values[i])) {
      const y = yOf(box, yAxis, values[i]);
      drawing.fillRect(
        middle - half,
        Math.min(y, zero),
        2 * half + 1,
        Math.abs(zero - y),
        PALETTE[0],
      );
    }
    const ends = errorBars[i] ?? null;
    if (ends !== null)
      drawErrorBar(drawing, middle, half, yOf(box, yAxis, ends[0]), yOf(box, yAxis, ends[1]));
    if (isHorizontal) drawing.text(middle, box.bottom + 8, name, { align: 'center' });
    else {
      const text = fitText(name, 140);
      drawing.text(middle - textHeight() / 2, box.bottom + 8, text, {
        vertical: true,
        align: 'right',
      });
    }
  }
  drawing.line(box.left, zero, box.right, zero, MUTED);
  if (names.length === 0)
    drawing.text(width / 2, height / 2, 'nothing to show', { align: 'center', color: MUTED });
  return drawing;
}

function drawErrorBar(drawing: Drawing, x: number, half: number, low: number, high: number): void {
  const capWidth = Math.min(4, half);
  drawing.line(x, low, x, high, INK);
  drawing.line(x - capWidth, low, x + capWidth, low, INK);
  drawing.line(x - capWidth, high, x + capWidth, high, INK);
}

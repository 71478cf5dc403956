// Histogram with adjacent bars.

import { ArgumentError } from '../../engine/errors.js';
import { Drawing } from './drawing.js';
import { INK, PALETTE, MUTED, WHITE } from './color.js';
import { drawFrame, xOf, yOf } from './frame.js';
import { axisOf } from './ticks.js';

export interface HistogramOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly values: ArrayLike<number>;
  /**
   * Start of the first bin, width of a bin, and number of bins. Values outside count in the
   * outermost bins.
   */
  readonly start: number;
  readonly step: number;
  readonly bins: number;
  /** A value to mark with a vertical line, and its label. */
  readonly mark?: { readonly x: number; readonly label: string };
  /** In pixels; default 900 x 300. */
  readonly width?: number;
  readonly height?: number;
}

/** Draws the percentage of the values in each bin. */
export function histogram(options: HistogramOptions): Drawing {
  const { title, xLabel, values, start, step, bins, mark, width = 900, height = 300 } = options;
  if (!(step > 0) || !(bins >= 1)) {
    throw new ArgumentError(
      `histogram "${title}": expected a step above 0 and at least one bin, got step ${step} and ` +
        `${bins} bins`,
    );
  }
  const shares = new Float64Array(bins);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor((values[i] - start) / step);
    shares[Math.max(0, Math.min(bins - 1, bin))] += 100 / values.length;
  }
  const drawing = new Drawing(width, height);
  const xAxis = axisOf([start, start + bins * step], { count: 10, round: false });
  const yAxis = axisOf([0, ...shares], { count: 4 });
  const box = drawFrame(drawing, { title, xLabel, yLabel: '% of images', xAxis, yAxis });
  for (const [bin, share] of shares.entries()) {
    const left = xOf(box, xAxis, start + bin * step);
    const right = xOf(box, xAxis, start + (bin + 1) * step);
    const top = yOf(box, yAxis, share);
    drawing.fillRect(left + 1, top, Math.max(1, right - left - 1), box.bottom - top, PALETTE[0]);
  }
  drawing.line(box.left, box.bottom, box.right, box.bottom, MUTED);
  if (mark !== undefined) {
    const x = xOf(box, xAxis, mark.x);
    drawing.line(x, box.top, x, box.bottom, WHITE, 3);
    drawing.line(x, box.top, x, box.bottom, INK);
    drawing.outlinedText(x + 8, box.top + 4, mark.label);
  }
  return drawing;
}

// Confusion matrix chart: a row for each true class, a column for each predicted class. Correct
// cells are blue, errors orange; the color encodes the share of the row.

import { ArgumentError } from '../../engine/errors.js';
import { Drawing } from './drawing.js';
import { GRID, INK, MUTED, WHITE, mix, contrastColor, type Color } from './color.js';
import { textHeight, textWidth } from './font.js';
import { drawTitle, PADDING, titleHeight } from './frame.js';

export interface ConfusionOptions {
  readonly title: string;
  readonly names: readonly string[];
  /** How often each true class was predicted as each class: row-major `[true][predicted]`. */
  readonly counts: ArrayLike<number>;
  /** Titles of the rows and columns; default `true class` and `predicted class`. */
  readonly rowLabel?: string;
  readonly columnLabel?: string;
}

const RIGHT: Color = [8, 81, 156];
const WRONG: Color = [166, 54, 3];
const LEGEND_WIDTH = 160;
const LEGEND_ROW = 40;

/**
 * Color of a cell.
 *
 * It scales with the square root of the share: an error rate of 1 % is visible and still a tenth as
 * dark as 100 %.
 */
function cellColor(share: number, isRight: boolean): Color {
  return share <= 0 ? WHITE : mix(WHITE, isRight ? RIGHT : WRONG, 0.06 + 0.94 * Math.sqrt(share));
}

/**
 * Draws the matrix; class names are on all four sides, so that rows and columns are easy to follow.
 */
export function confusionPlot(options: ConfusionOptions): Drawing {
  const {
    title,
    names,
    counts,
    rowLabel = 'true class',
    columnLabel = 'predicted class',
  } = options;
  const n = names.length;
  if (counts.length !== n * n || n === 0) {
    throw new ArgumentError(
      `confusion plot: ${n} classes need ${n * n} counts, at least one, got ${counts.length}`,
    );
  }
  // Wide enough for three digits, or for 1.2k.
  const hasThousands = Array.from(counts).some((count) => count >= 1000);
  const cell = n > 30 ? (hasThousands ? 24 : 22) : n > 12 ? 28 : 40;
  const longest = Math.max(...names.map((name) => textWidth(name)));
  const label = longest + 12;
  const axisTitle = textHeight() + 12;
  const side = n * cell + 1;
  const left = PADDING + axisTitle + label;
  const width = Math.max(
    left + side + label + PADDING,
    3 * PADDING + axisTitle + 2 * LEGEND_WIDTH + 300,
  );
  const isHorizontal = longest + 4 <= cell;
  const nameRow = isHorizontal ? textHeight() + 12 : label;
  const top = titleHeight(title, width) + axisTitle + nameRow;
  const drawing = new Drawing(width, top + side + nameRow + LEGEND_ROW + PADDING);
  drawTitle(drawing, title);

  for (let i = 0; i <= n; i++) {
    drawing.fillRect(left, top + i * cell, side, 1, GRID);
    drawing.fillRect(left + i * cell, top, 1, side, GRID);
  }
  for (let row = 0; row < n; row++) {
    const rowCounts = Array.from({ length: n }, (_, column) => counts[row * n + column]);
    const total = rowCounts.reduce((sum, count) => sum + count, 0);
    for (const [column, count] of rowCounts.entries()) {
      if (count <= 0) continue;
      const [x, y] = [left + column * cell, top + row * cell];
      const color = cellColor(count / total, row === column);
      drawing.fillRect(x + 1, y + 1, cell - 1, cell - 1, color);
      drawCount(drawing, x, y, cell, count, contrastColor(color));
    }
  }
  drawing.strokeRect(left, top, side, side, MUTED);
  for (const [i, name] of names.entries()) {
    const middle = left + i * cell + cell / 2;
    const y = top + i * cell + (cell - textHeight()) / 2 + 1;
    drawing.text(left - 8, y, name, { align: 'right' });
    drawing.text(left + side + 8, y, name);
    if (isHorizontal) {
      drawing.text(middle + 1, top - textHeight() - 7, name, { align: 'center' });
      drawing.text(middle + 1, top + side + 7, name, { align: 'center' });
    } else {
      drawing.text(middle - textHeight() / 2, top - 6, name, { vertical: true });
      drawing.text(middle - textHeight() / 2, top + side + 6, name, {
        vertical: true,
        align: 'right',
      });
    }
  }
  drawing.text(left + side / 2, top - nameRow - textHeight() - 2, columnLabel, {
    align: 'center',
    color: MUTED,
  });
  drawing.text(PADDING, top + side / 2, rowLabel, {
    align: 'center',
    vertical: true,
    color: MUTED,
  });
  drawLegends(drawing, left, top + side + nameRow + 10);
  return drawing;
}

/** Writes a count if it fits; thousands are abbreviated, as in 1.2k, if only that fits. */
function drawCount(
  drawing: Drawing,
  x: number,
  y: number,
  cell: number,
  count: number,
  color: Color,
): void {
  const short = count >= 1000 ? `${(count / 1000).toFixed(1)}k` : String(count);
  const text = [String(count), short].find((one) => textWidth(one) <= cell - 3);
  if (text === undefined) return;
  drawing.text(x + cell / 2 + 1, y + (cell - textHeight()) / 2 + 1, text, {
    align: 'center',
    color,
  });
}

function drawLegends(drawing: Drawing, left: number, top: number): void {
  let x = left;
  for (const isRight of [true, false]) {
    for (let i = 0; i < LEGEND_WIDTH; i++) {
      // Up to the end, because SVG would show gaps between boxes of one pixel.
      const color = cellColor((i + 1) / LEGEND_WIDTH, isRight);
      drawing.fillRect(x + i, top, LEGEND_WIDTH - i, 10, color);
    }
    drawing.text(x, top + 16, '0 %', { color: MUTED });
    drawing.text(x + LEGEND_WIDTH / 2, top + 16, isRight ? 'correct' : 'wrong', {
      align: 'center',
      color: INK,
    });
    drawing.text(x + LEGEND_WIDTH, top + 16, '100 %', { align: 'right', color: MUTED });
    x += LEGEND_WIDTH + 30;
  }
  drawing.text(x, top + 2, 'color: share of the row; number: images', { color: MUTED });
}

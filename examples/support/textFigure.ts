// Figures in text characters: images, and blocks of text next to each other.

const SHADES = ' .:-=+*#%@';

/**
 * A gray image as lines of text: paper is a space, full ink is `@`. A character is about twice as
 * high as wide, so each stands for `cell` x `2 cell` pixels.
 *
 * @param pixels `[height, width]`, 0 = paper, 1 = ink; other values are clamped
 */
export function textImage(pixels: ArrayLike<number>, width: number, cell = 1): string[] {
  const height = pixels.length / width;
  return lines(height / (2 * cell), width / cell, (row, column) => {
    const ink = meanInk(pixels, width, [column * cell, row * 2 * cell], [cell, 2 * cell]);
    const shade = Math.round(ink * (SHADES.length - 1));
    return SHADES[Math.max(0, Math.min(SHADES.length - 1, shade))];
  });
}

/** A black-and-white image with twice the vertical resolution: ink above 0.5 is black. */
export function blockImage(pixels: ArrayLike<number>, width: number, cell = 1): string[] {
  const height = pixels.length / width;
  return lines(height / (2 * cell), width / cell, (row, column) => {
    const isBlack = (y: number): boolean =>
      meanInk(pixels, width, [column * cell, y * cell], [cell, cell]) > 0.5;
    return ' ▀▄█'[(isBlack(2 * row) ? 1 : 0) + (isBlack(2 * row + 1) ? 2 : 0)];
  });
}

/** Places blocks of lines next to each other, each as wide as its longest line. */
export function sideBySide(blocks: readonly (readonly string[])[], gap = 2): string {
  const height = Math.max(...blocks.map(({ length }) => length));
  const widths = blocks.map((block) => Math.max(...block.map(({ length }) => length)));
  const rows = Array.from({ length: height }, (_, row) =>
    blocks.map((block, i) => (block[row] ?? '').padEnd(widths[i])).join(' '.repeat(gap)),
  );
  return rows.map((row) => row.trimEnd()).join('\n');
}

/** A table of characters; sizes are rounded up. */
function lines(
  rows: number,
  columns: number,
  characterAt: (row: number, column: number) => string,
): string[] {
  return Array.from({ length: Math.ceil(rows) }, (_, row) =>
    Array.from({ length: Math.ceil(columns) }, (_, column) => characterAt(row, column)).join(''),
  );
}

/** Mean of a rectangle of pixels, or of the part that lies in the image. */
function meanInk(
  pixels: ArrayLike<number>,
  width: number,
  [left, top]: readonly [number, number],
  [columns, rows]: readonly [number, number],
): number {
  let [sum, count] = [0, 0];
  for (let y = top; y < Math.min(top + rows, pixels.length / width); y++) {
    for (let x = left; x < Math.min(left + columns, width); x++) {
      sum += pixels[y * width + x];
      count += 1;
    }
  }
  return count === 0 ? 0 : sum / count;
}

// Figures in text characters: gray images, and blocks of text next to each other.

const SHADES = ' .:-=+*#%@';

/**
 * A gray image as lines of text: paper is a space, full ink is `@`.
 *
 * A character is about twice as high as wide, so each stands for `cell` x `2 cell` pixels, of which
 * it shows the mean.
 *
 * @param pixels `[height, width]`, 0 = paper, 1 = ink; other values are clamped
 */
export function textImage(pixels: ArrayLike<number>, width: number, cell = 1): string[] {
  const height = pixels.length / width;
  const lines: string[] = [];
  for (let top = 0; top < height; top += 2 * cell) {
    let line = '';
    for (let left = 0; left < width; left += cell) {
      let [sum, count] = [0, 0];
      for (let y = top; y < Math.min(top + 2 * cell, height); y++) {
        for (let x = left; x < Math.min(left + cell, width); x++) {
          sum += pixels[y * width + x];
          count += 1;
        }
      }
      const shade = Math.round((sum / count) * (SHADES.length - 1));
      line += SHADES[Math.max(0, Math.min(SHADES.length - 1, shade))];
    }
    lines.push(line);
  }
  return lines;
}

/** Places blocks of lines next to each other, each as wide as its longest line. */
export function sideBySide(blocks: readonly (readonly string[])[], gap = 2): string {
  const height = Math.max(...blocks.map(({ length }) => length));
  const widths = blocks.map((lines) => Math.max(...lines.map(({ length }) => length)));
  const rows = Array.from({ length: height }, (_, row) =>
    blocks.map((lines, i) => (lines[row] ?? '').padEnd(widths[i])).join(' '.repeat(gap)),
  );
  return rows.map((row) => row.trimEnd()).join('\n');
}

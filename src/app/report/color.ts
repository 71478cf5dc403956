// The colors of every picture, so that all of them look as if one hand had drawn them. Imports nothing.

/** Red, green and blue, 0 to 255 each. */
export type Color = readonly [red: number, green: number, blue: number];

export const WHITE: Color = [255, 255, 255];
/** Titles, labels and axes. */
export const INK: Color = [31, 41, 51];
/** Text that matters less, such as the numbers on an axis. */
export const QUIET: Color = [90, 101, 114];
/** Grid lines. */
export const GRID: Color = [228, 231, 235];
export const GOOD: Color = [0, 158, 115];
export const BAD: Color = [213, 94, 0];

/**
 * Colors for up to eight lines that people with any color vision can tell apart, the ones that stand out best on
 * white first (Okabe and Ito, "Color Universal Design", 2008; without its yellow, which vanishes on white).
 */
export const PALETTE: readonly Color[] = [
  [0, 114, 178],
  [213, 94, 0],
  [0, 158, 115],
  [204, 121, 167],
  [86, 180, 233],
  [230, 159, 0],
  [60, 60, 60],
  [150, 150, 150],
];

/** The color `share` of the way from one to another, 0 to 1. */
export function mix(from: Color, to: Color, share: number): Color {
  const at = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * share);
  return [at(0), at(1), at(2)];
}

/** Black or white, whichever is easier to read on a color. */
export function readableOn([red, green, blue]: Color): Color {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? INK : WHITE;
}

/**
 * A color for each of many groups: round the hues in steps of the golden angle, so that neighbours in number are far
 * apart in color, in three lightnesses. Forty-seven cannot all be told apart by color: write the names beside them.
 */
export function groupColor(group: number): Color {
  const hue = (group * 137.508) % 360;
  const lightness = [0.42, 0.55, 0.33][group % 3];
  const reach = 0.72 * Math.min(lightness, 1 - lightness);
  // The usual conversion from hue, saturation and lightness, one channel at a time.
  const channel = (offset: number): number => {
    const k = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

// The colors shared by all charts.

/** Red, green and blue, 0 to 255 each. */
export type Color = readonly [red: number, green: number, blue: number];

export const WHITE: Color = [255, 255, 255];
/** Titles, labels and axes. */
export const INK: Color = [31, 41, 51];
/** Secondary text, such as the numbers on an axis. */
export const MUTED: Color = [90, 101, 114];
/** Grid lines. */
export const GRID: Color = [228, 231, 235];
export const GOOD: Color = [0, 158, 115];
export const BAD: Color = [213, 94, 0];

/**
 * Colors for up to eight lines, distinguishable with any type of color vision, in order of contrast
 * on white. The yellow of the original palette is left out, because it is barely visible on white.
 *
 * @see Okabe and Ito, "Color Universal Design", 2008
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

/** Interpolates linearly between two colors; `share` from 0 (`from`) to 1 (`to`). */
export function mix(from: Color, to: Color, share: number): Color {
  const at = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * share);
  return [at(0), at(1), at(2)];
}

/** Black or white, whichever has more contrast with a color. */
export function contrastColor([red, green, blue]: Color): Color {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? INK : WHITE;
}

/**
 * A color for each of many groups.
 *
 * Hues advance by the golden angle, so that groups with adjacent numbers differ clearly, and
 * alternate between three lightnesses. Forty-seven groups are not all distinguishable by color:
 * label them as well.
 */
export function groupColor(group: number): Color {
  const hue = (group * 137.508) % 360;
  const lightness = [0.42, 0.55, 0.33][group % 3];
  const amplitude = 0.72 * Math.min(lightness, 1 - lightness);
  // Standard HSL to RGB conversion, one channel at a time.
  const channel = (offset: number): number => {
    const k = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - amplitude * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

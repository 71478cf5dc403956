// The colors of the figures, for light and dark mode. Lightness encodes the strength of an activation.
// The sign is shown as orange or blue, which people with any color blindness can tell apart, and as a disc or a square.

export type Color = readonly [red: number, green: number, blue: number];

export interface Palette {
  /** Background of every figure. */
  readonly background: Color;
  /** The drawing under marks or an overlay. */
  readonly drawing: Color;
  /** The drawing alone, and the changes of its ink. */
  readonly ink: Color;
  readonly added: Color;
  readonly erased: Color;
  /** From 0 to the strongest activation, with monotonic lightness. */
  readonly ramp: readonly Color[];
  /** Positive: more ink, or a stronger channel, increases the value. */
  readonly positive: string;
  /** Negative: less increases it. */
  readonly negative: string;
  /** Frames and points on figures. */
  readonly outline: string;
}

export const LIGHT: Palette = {
  background: [255, 253, 249],
  drawing: [203, 194, 178],
  ink: [72, 65, 53],
  added: [224, 92, 0],
  erased: [108, 164, 240],
  ramp: [
    [255, 253, 249],
    [240, 214, 150],
    [205, 116, 94],
    [120, 52, 106],
    [38, 20, 60],
  ],
  positive: '#c24e00',
  negative: '#1d5fc4',
  outline: '#25211a',
};

export const DARK: Palette = {
  background: [14, 13, 16],
  drawing: [88, 82, 74],
  ink: [206, 198, 184],
  added: [255, 140, 50],
  erased: [52, 108, 190],
  ramp: [
    [14, 13, 16],
    [76, 38, 104],
    [190, 74, 92],
    [246, 164, 84],
    [255, 246, 204],
  ],
  positive: '#ff9a4d',
  negative: '#6fb1ff',
  outline: '#f0e9dc',
};

/** The ramp as red, green, blue, alpha for each of 256 strengths. */
export function rampTable(ramp: readonly Color[]): Uint8ClampedArray {
  const table = new Uint8ClampedArray(4 * 256);
  for (let i = 0; i < 256; i++) {
    const position = (i / 255) * (ramp.length - 1);
    const from = Math.min(Math.floor(position), ramp.length - 2);
    for (let c = 0; c < 3; c++) {
      table[4 * i + c] = ramp[from][c] + (position - from) * (ramp[from + 1][c] - ramp[from][c]);
    }
    table[4 * i + 3] = 255;
  }
  return table;
}

const dark = typeof matchMedia === 'undefined' ? null : matchMedia('(prefers-color-scheme: dark)');

/** The palette of the current color scheme. */
export function currentPalette(): Palette {
  return dark?.matches === true ? DARK : LIGHT;
}

/** Calls `onChange` when the color scheme changes between light and dark. */
export function onPaletteChange(onChange: () => void): void {
  dark?.addEventListener('change', onChange);
}

/** A color as a `fillStyle` of a canvas. */
export function cssColor([red, green, blue]: Color): string {
  return `rgb(${red} ${green} ${blue})`;
}

// The colours of the thinking panel, in a light and a dark set. How strong a number is shows as lightness, which everybody sees;
// its sign as orange or blue, which people with every kind of colour blindness tell apart, and as a disc or a square.
// Knows no elements beyond the media query. Imports nothing.

export type Colour = readonly [red: number, green: number, blue: number];

export interface Palette {
  /** Behind every picture. */
  readonly ground: Colour;
  /** The drawing, where it lies under something else: quiet. */
  readonly drawing: Colour;
  /** From silent to strongest; lightness goes one way. */
  readonly ramp: readonly Colour[];
  /** More ink, or more of a channel, raises the number. */
  readonly more: string;
  /** Less raises it. */
  readonly less: string;
  /** Frames and points upon pictures. */
  readonly mark: string;
}

export const LIGHT: Palette = {
  ground: [255, 253, 249],
  drawing: [203, 194, 178],
  ramp: [
    [255, 253, 249],
    [240, 214, 150],
    [205, 116, 94],
    [120, 52, 106],
    [38, 20, 60],
  ],
  more: '#c24e00',
  less: '#1d5fc4',
  mark: '#25211a',
};

export const DARK: Palette = {
  ground: [14, 13, 16],
  drawing: [88, 82, 74],
  ramp: [
    [14, 13, 16],
    [76, 38, 104],
    [190, 74, 92],
    [246, 164, 84],
    [255, 246, 204],
  ],
  more: '#ff9a4d',
  less: '#6fb1ff',
  mark: '#f0e9dc',
};

/** Red, green, blue, alpha for each of 256 strengths. */
export function rampTable(ramp: readonly Colour[]): Uint8ClampedArray {
  const table = new Uint8ClampedArray(4 * 256);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (ramp.length - 1);
    const from = Math.min(Math.floor(at), ramp.length - 2);
    for (let c = 0; c < 3; c++) {
      table[4 * i + c] = ramp[from][c] + (at - from) * (ramp[from + 1][c] - ramp[from][c]);
    }
    table[4 * i + 3] = 255;
  }
  return table;
}

const dark = typeof matchMedia === 'undefined' ? null : matchMedia('(prefers-color-scheme: dark)');

/** The set that the visitor's screen is in now. */
export function currentPalette(): Palette {
  return dark?.matches === true ? DARK : LIGHT;
}

/** Calls `changed` when the screen goes from light to dark or back. */
export function onPaletteChange(changed: () => void): void {
  dark?.addEventListener('change', changed);
}

/** For a canvas's `fillStyle`. */
export function css([red, green, blue]: Colour): string {
  return `rgb(${red} ${green} ${blue})`;
}

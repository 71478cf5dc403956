// The type of an ink map, the result of ink.ts and faintInk.ts, and the option `invert`.

/**
 * Whether to invert the image to light ink on a dark background, as in EMNIST. `yes` for dark ink
 * on light paper, `no` for light ink on a dark background, `auto` to detect it.
 */
export const INVERT = ['auto', 'yes', 'no'] as const;
/** How to treat the brightness of the ink. */
export type Invert = (typeof INVERT)[number];

export interface Ink {
  /** 0 = paper, 1 = ink; edges have values in between. */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
  /** How the ink was detected: dark on light, light on dark, or opaque on transparent. */
  readonly kind: 'dark' | 'light' | 'opaque';
}

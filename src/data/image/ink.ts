// What is ink in a picture: dark on light or light on dark, transparent or opaque, under even light or not. Gives an
// ink map, 0 = paper and 1 = ink, which preprocess.ts brings to EMNIST's form. Imports the other picture files.

import { evenLight, otsu, type Parting } from './paper.js';
import { compose, type Planes } from './picture.js';
import type { GrayImage } from './resample.js';

/**
 * Whether the picture has to be turned into light ink on a dark ground, which is how EMNIST shows characters: `yes`
 * for dark ink on light paper, `no` for light ink on a dark ground, `auto` to find out.
 */
export const INVERT = ['auto', 'yes', 'no'] as const;
export type Invert = (typeof INVERT)[number];

export interface Ink {
  /** 0 = paper, 1 = ink; edges lie between. */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
  /** What the ink was recognized by: dark on light, light on dark, or opaque on transparent. */
  readonly kind: 'dark' | 'light' | 'opaque';
}

/** Sides that differ by less than this much brightness are one blank side. */
const MIN_CONTRAST = 0.06;
/** Sides that lie closer than this many of their own standard deviations are noise parted in two: 2.7 if it is normal. */
const MIN_CLEARNESS = 3.2;
/** Below this the picture is tried again with the light made even. */
const CLEAN = 0.92;
/** Ink counts as paper below the first and as full above the second of these parts of the full contrast. */
const [PAPER_END, INK_START] = [0.3, 0.7];
/** The ink's own brightness is taken where this part of its pixels is surely ink; the others are edges. */
const CORE = 0.85;

/** The ink map of a picture, or null if there is nothing on it. */
export function findInk(planes: Planes, invert: Invert): Ink | null {
  const { opacity } = planes;
  if (opacity !== null && invert === 'auto' && isOpaqueInk(planes)) {
    return inkOf({ data: opacity, width: planes.width, height: planes.height }, otsu(opacity), 'opaque');
  }
  const ground = invert === 'auto' ? paperOf(planes) : invert === 'yes' ? 1 : 0;
  return withEvenLight(compose(planes, ground), invert);
}

/**
 * Strokes on a transparent ground, whatever their color: what is opaque has one brightness only, or covers less than
 * half of its box. Otherwise what is opaque is a sheet with the character on it.
 */
function isOpaqueInk(planes: Planes): boolean {
  const { opacity, width, height } = planes;
  const solid = solidLight(planes);
  if (solid.length === 0) return true; // fully transparent: no ink
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let at = 0; at < width * height; at++) {
    if (opacity![at] < 0.5) continue;
    const x = at % width;
    const y = (at - x) / width;
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  if (solid.length < 0.5 * (right - left + 1) * (bottom - top + 1)) return true;
  const { bright, dark } = otsu(solid);
  return bright - dark < MIN_CONTRAST;
}

/** The brightness of every pixel that is more opaque than transparent. */
function solidLight({ light, opacity }: Planes): Float32Array {
  return light
    .map((value, at) => (opacity![at] < 0.5 ? NaN : value / opacity![at]))
    .filter((value) => !Number.isNaN(value));
}

/** The brightness that covers most of what is opaque: what the transparent rest is taken for. */
function paperOf(planes: Planes): number {
  if (planes.opacity === null) return 1;
  const { bright, dark, brightShare } = otsu(solidLight(planes));
  return brightShare >= 0.5 ? bright : dark;
}

/** Tries the picture as it is and, where that leaves doubt, under even light. */
function withEvenLight(image: GrayImage, invert: Invert): Ink | null {
  const plain = otsu(image.data);
  let best = { image, parting: plain };
  if (plain.separability < CLEAN) {
    let isPaper: (index: number) => boolean = () => true;
    for (let round = 0; round < 3; round++) {
      const data = evenLight(image, isPaper);
      if (data === null) break;
      const most = data.reduce((brightest, value) => Math.max(brightest, value), 1);
      const parting = otsu(data, Math.min(most, 4));
      if (parting.separability > best.parting.separability) best = { image: { ...image, data }, parting };
      const lightPaper = paperIsLight({ ...image, data }, parting, invert);
      isPaper = (index) => data[index] > parting.threshold === lightPaper;
    }
  }
  const lightPaper = paperIsLight(best.image, best.parting, invert);
  return inkOf(best.image, best.parting, lightPaper ? 'dark' : 'light');
}

/** Paper is what most of the border and most of the picture is; the two count alike. */
function paperIsLight({ data, width, height }: GrayImage, parting: Parting, invert: Invert): boolean {
  if (invert !== 'auto') return invert === 'yes';
  const rim = Math.max(1, Math.round(0.02 * Math.min(width, height)));
  let [count, bright] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x >= rim && x < width - rim && y >= rim && y < height - rim) continue;
      count += 1;
      if (data[y * width + x] > parting.threshold) bright += 1;
    }
  }
  return bright / count + parting.brightShare >= 1;
}

/** Scales brightness so that paper is 0 and the core of the ink is 1, and makes the edges between steeper. */
function inkOf({ data, width, height }: GrayImage, parting: Parting, kind: Ink['kind']): Ink | null {
  const { dark, bright, spread, threshold } = parting;
  const contrast = bright - dark;
  if (contrast < MIN_CONTRAST || contrast < MIN_CLEARNESS * spread) return null;
  const paper = kind === 'dark' ? bright : dark;
  const inkValues = data.filter((value) => value > threshold !== (kind === 'dark')).sort();
  if (inkValues.length === 0) return null;
  const place = Math.floor((kind === 'dark' ? 1 - CORE : CORE) * (inkValues.length - 1));
  const core = inkValues[place];
  const ramp = data.map((value) => {
    const ink = (value - paper) / (core - paper);
    return Math.min(1, Math.max(0, (ink - PAPER_END) / (INK_START - PAPER_END)));
  });
  return { data: ramp, width, height, kind };
}

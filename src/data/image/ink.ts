// Detects ink in an image: dark on light or light on dark, transparent or opaque, under
// even or uneven light. Returns an ink map, 0 = paper and 1 = ink, which preprocess.ts
// converts to EMNIST's form.

import { findFaintInk } from './faintInk.js';
import type { Ink, Invert } from './inkMap.js';
import { removeUnevenLight, otsu, type OtsuSplit } from './threshold.js';
import { nthSmallest } from './nthSmallest.js';
import { composite, type Planes } from './workingImage.js';
import type { GrayImage } from './resample.js';

/** Minimum brightness contrast; ink below it is at most faint (faintInk.ts). */
const MIN_CONTRAST = 0.06;
/**
 * Minimum contrast in standard deviations within the two sides; below it the ink is at most faint.
 * Normally distributed noise split in two gives 2.7.
 */
const MIN_SIGNAL_TO_NOISE = 3.2;
/** Separability below which the image is processed again with its light evened out. */
const MIN_SEPARABILITY = 0.92;
/**
 * Fractions of the full contrast: ink below the first counts as paper, above the second
 * as full ink.
 */
const [PAPER_END, INK_START] = [0.3, 0.7];
/**
 * Quantile of the ink pixels, from faintest to strongest, that gives the ink's own brightness;
 * fainter ink pixels are edges.
 */
const CORE = 0.85;

/** The ink map of an image, or null if the image is blank. */
export function findInk(planes: Planes, invert: Invert): Ink | null {
  const { opacity } = planes;
  if (opacity !== null && invert === 'auto' && isOpaqueInk(planes)) {
    return toInk(
      { data: opacity, width: planes.width, height: planes.height },
      otsu(opacity),
      'opaque',
    );
  }
  const background = invert === 'auto' ? paperBrightness(planes) : invert === 'yes' ? 1 : 0;
  return segment(composite(planes, background), invert);
}

/**
 * True for strokes on a transparent background, of any color: the opaque pixels have a single
 * brightness, or cover less than half of their bounding box. Otherwise the opaque pixels are a
 * sheet with a character on it.
 */
function isOpaqueInk(planes: Planes): boolean {
  const { opacity, width, height } = planes;
  const opaquePixels = opaqueBrightness(planes);
  if (opaquePixels.length === 0) return true; // fully transparent: no ink
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let index = 0; index < width * height; index++) {
    if (opacity![index] < 0.5) continue;
    const x = index % width;
    const y = (index - x) / width;
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  if (opaquePixels.length < 0.5 * (right - left + 1) * (bottom - top + 1)) return true;
  const { bright, dark } = otsu(opaquePixels);
  return bright - dark < MIN_CONTRAST;
}

/** The brightness of every pixel with an opacity of at least 0.5. */
function opaqueBrightness({ light, opacity }: Planes): Float32Array {
  return light
    .map((value, index) => (opacity![index] < 0.5 ? NaN : value / opacity![index]))
    .filter((value) => !Number.isNaN(value));
}

/** The brightness of most opaque pixels. Transparent pixels are composited onto it. */
function paperBrightness(planes: Planes): number {
  if (planes.opacity === null) return 1;
  const { bright, dark, brightShare } = otsu(opaqueBrightness(planes));
  return brightShare >= 0.5 ? bright : dark;
}

/**
 * Segments the image unchanged and, if the separability is low, with its light evened out. Without
 * a clear result it looks for faint ink.
 */
function segment(image: GrayImage, invert: Invert): Ink | null {
  const original = otsu(image.data);
  let best: { image: GrayImage; split: OtsuSplit } = { image, split: original };
  if (original.separability < MIN_SEPARABILITY) {
    let isPaper: (index: number) => boolean = () => true;
    for (let round = 0; round < 3; round++) {
      const data = removeUnevenLight(image, isPaper);
      if (data === null) break;
      const maxBrightness = maxOf(data, 1);
      const split = otsu(data, Math.min(maxBrightness, 4));
      if (split.separability > best.split.separability) best = { image: { ...image, data }, split };
      const lightPaper = paperIsLight({ ...image, data }, split, invert);
      isPaper = (index) => data[index] > split.threshold === lightPaper;
    }
  }
  const lightPaper = paperIsLight(best.image, best.split, invert);
  return (
    toInk(best.image, best.split, lightPaper ? 'dark' : 'light') ?? findFaintInk(image, invert)
  );
}

/**
 * True if the paper is the bright side: the bright shares of the border and of the whole image sum
 * to at least 1.
 */
function paperIsLight(
  { data, width, height }: GrayImage,
  split: OtsuSplit,
  invert: Invert,
): boolean {
  if (invert !== 'auto') return invert === 'yes';
  const margin = Math.max(1, Math.round(0.02 * Math.min(width, height)));
  let [count, bright] = [0, 0];
  for (let y = 0; y < height; y++) {
    const isInside = y >= margin && y < height - margin;
    for (let x = 0; x < width; x++) {
      if (isInside && x === margin) x = Math.max(x, width - margin); // skip the inside
      count += 1;
      if (data[y * width + x] > split.threshold) bright += 1;
    }
  }
  return bright / count + split.brightShare >= 1;
}

/** Scales brightness so that paper is 0 and the core of the ink is 1, and steepens the edges. */
function toInk(
  { data, width, height }: GrayImage,
  split: OtsuSplit,
  kind: Ink['kind'],
): Ink | null {
  const { dark, bright, spread, threshold } = split;
  const contrast = bright - dark;
  if (contrast < MIN_CONTRAST || contrast < MIN_SIGNAL_TO_NOISE * spread) return null;
  const paper = kind === 'dark' ? bright : dark;
  const inkValues = valuesOn(data, threshold, kind !== 'dark');
  if (inkValues.length === 0) return null;
  const coreIndex = Math.floor((kind === 'dark' ? 1 - CORE : CORE) * (inkValues.length - 1));
  const core = nthSmallest(inkValues, coreIndex);
  const ramp = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const ink = (data[i] - paper) / (core - paper);
    ramp[i] = Math.min(1, Math.max(0, (ink - PAPER_END) / (INK_START - PAPER_END)));
  }
  return { data: ramp, width, height, kind };
}

/** The values above the threshold, or at most equal to it. */
function valuesOn(data: Float32Array, threshold: number, above: boolean): Float32Array {
  const selected = new Float32Array(data.length);
  let count = 0;
  for (let i = 0; i < data.length; i++) {
    if (data[i] > threshold === above) selected[count++] = data[i];
  }
  return selected.subarray(0, count);
}

/** The largest of the values and `lowest`. */
function maxOf(values: Float32Array, lowest: number): number {
  let largest = lowest;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]);
  return largest;
}

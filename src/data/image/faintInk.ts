// Finds faint ink, such as light pencil, that a threshold for the whole image (ink.ts) does not
// separate from the noise of the paper: averages neighboring pixels, measures the noise of the
// paper, and accepts what stands out from it in one connected piece.

import { findComponents, largestComponent } from './connectedComponents.js';
import { removeUnevenLight } from './threshold.js';
import type { Ink, Invert } from './inkMap.js';
import type { GrayImage } from './resample.js';

/** Radius of the averaging as a fraction of the longer side: about that of a pencil line. */
const RADIUS = 0.006;
/** Minimum contrast of the ink with the paper: three of 256 levels of gray. */
const MIN_CONTRAST = 0.012;
/** Noise of an image without any: half a level of gray, by rounding. */
const MIN_NOISE = 0.002;
/** Rounds of fitting the light to the paper, and the deviation from it up to which a pixel is paper. */
const [ROUNDS, PAPER_DEVIATIONS] = [4, 3];
/** Ink stands out from the paper by this many standard deviations of the noise. */
const MIN_DEVIATIONS = 4;
/** Minimum contrast, in the same unit, of the ink as a whole. */
const MIN_SIGNAL_TO_NOISE = 6;
/** Maximum fraction of the pixels that are ink; more is a pattern, not a character. */
const MAX_SHARE = 0.3;
/** Minimum longer side of the largest component, as a fraction of the image's longer side. */
const MIN_SIZE = 0.08;
/** Quantile of the ink pixels, from faintest to strongest, that gives the contrast. */
const CORE = 0.75;
/** Fractions of the contrast below which ink counts as paper, and above which as full ink. */
const [PAPER_END, RAMP] = [0.3, 0.3];
/** Ratio of the standard deviation of normally distributed values to their median deviation. */
const DEVIATION_TO_SIGMA = 1.4826;
/** Number of pixels that the noise is measured on. */
const SAMPLES = 20_000;

/** The ink map of an image with faint ink, or null if nothing stands out from the noise. */
export function findFaintInk(image: GrayImage, invert: Invert): Ink | null {
  const { width, height } = image;
  const radius = Math.max(1, Math.round(RADIUS * Math.max(width, height)));
  let isPaper: (index: number) => boolean = () => true;
  let [smooth, paper, noise] = [image.data, 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const even = evenLight(image, isPaper);
    const values = average(average({ ...image, data: even }, radius), radius).data;
    const step = Math.max(1, Math.floor(values.length / SAMPLES));
    const samples = values.filter((_, index) => index % step === 0 && isPaper(index));
    const middle = median(samples);
    const deviation = DEVIATION_TO_SIGMA * median(samples.map((value) => Math.abs(value - middle)));
    const maxDeviation = PAPER_DEVIATIONS * Math.max(MIN_NOISE, deviation);
    isPaper = (index) => Math.abs(values[index] - middle) <= maxDeviation;
    [smooth, paper, noise] = [values, middle, deviation];
  }
  const minDeviation = MIN_DEVIATIONS * Math.max(MIN_NOISE, noise);

  const isDark = invert === 'auto' ? isDarker(smooth, paper, minDeviation) : invert === 'yes';
  const deviation = smooth.map((value) => (isDark ? paper - value : value - paper));
  const inkValues = deviation.filter((value) => value > minDeviation).sort();
  if (inkValues.length === 0 || inkValues.length > MAX_SHARE * smooth.length) return null;
  const contrast = inkValues[Math.floor(CORE * (inkValues.length - 1))];
  if (contrast < MIN_CONTRAST || contrast < MIN_SIGNAL_TO_NOISE * noise) return null;

  const paperEnd = Math.max(PAPER_END, minDeviation / contrast);
  const data = deviation.map((value) =>
    Math.min(1, Math.max(0, (value / contrast - paperEnd) / RAMP)),
  );
  const main = largestComponent(findComponents(data, width, height).list);
  if (main === undefined) return null;
  const { left, top, right, bottom } = main.box;
  const size = Math.max(right - left, bottom - top) + 1;
  if (size < MIN_SIZE * Math.max(width, height)) return null;
  return { data, width, height, kind: isDark ? 'dark' : 'light' };
}

/** The image with the light of its paper evened out, at its mean brightness. */
function evenLight(image: GrayImage, isPaper: (index: number) => boolean): Float32Array {
  const even = removeUnevenLight(image, isPaper);
  if (even === null) return image.data;
  const mean = image.data.reduce((sum, value) => sum + value, 0) / image.data.length;
  return even.map((value) => value * mean);
}

/** Whether more pixels are clearly darker than the paper than clearly brighter. */
function isDarker(values: Float32Array, paper: number, minDeviation: number): boolean {
  let difference = 0;
  for (const value of values) {
    if (value < paper - minDeviation) difference += 1;
    if (value > paper + minDeviation) difference -= 1;
  }
  return difference >= 0;
}

function median(values: Float32Array): number {
  return values.sort()[Math.floor(values.length / 2)];
}

/** The mean of the pixels at most `radius` away along each axis. */
function average({ data, width, height }: GrayImage, radius: number): GrayImage {
  const rows = averageLines(data, { count: height, stride: width, length: width, step: 1 }, radius);
  const columns = { count: width, stride: 1, length: height, step: width };
  return { data: averageLines(rows, columns, radius), width, height };
}

/** `count` lines of `length` pixels: distance of lines and of pixels in the array. */
interface Lines {
  readonly count: number;
  readonly stride: number;
  readonly length: number;
  readonly step: number;
}

/** The mean over each pixel's neighbors on its line; beyond the ends there are none. */
function averageLines(
  data: Float32Array,
  { count, stride, length, step }: Lines,
  radius: number,
): Float32Array {
  const result = new Float32Array(data.length);
  for (let line = 0; line < count; line++) {
    const start = line * stride;
    let [sum, pixels] = [0, 0];
    for (let position = -radius; position < length; position++) {
      const [entering, leaving] = [position + radius, position - radius - 1];
      if (entering < length) {
        sum += data[start + entering * step];
        pixels += 1;
      }
      if (leaving >= 0) {
        sum -= data[start + leaving * step];
        pixels -= 1;
      }
      if (position >= 0) result[start + position * step] = sum / pixels;
    }
  }
  return result;
}

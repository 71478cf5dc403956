// Separates ink from paper by brightness: Otsu's threshold, and removal of uneven light. ink.ts
// decides which side is ink.

import type { GrayImage } from './resample.js';

/** Brightness values split into two sides. */
export interface OtsuSplit {
  /** Values above it belong to the bright side. */
  readonly threshold: number;
  /** Mean of each side. */
  readonly dark: number;
  readonly bright: number;
  /** Fraction of the values on the bright side. */
  readonly brightShare: number;
  /** Between-class variance over total variance, 0..1; 1 for two pure values. */
  readonly separability: number;
  /** Standard deviation within the sides. */
  readonly spread: number;
}

const BINS = 256;

/**
 * Otsu's threshold: minimizes the variance within the two sides.
 *
 * @param values from 0 to `max`; values outside are clamped
 * @see N. Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9, 1979
 */
export function otsu(values: Float32Array, max = 1): OtsuSplit {
  const histogram = new Float64Array(BINS);
  for (let i = 0; i < values.length; i++) {
    histogram[Math.min(BINS - 1, Math.max(0, Math.floor((values[i] / max) * BINS)))] += 1;
  }
  const binCenter = (bin: number): number => ((bin + 0.5) / BINS) * max;
  let [sum, sumOfSquares] = [0, 0];
  for (let bin = 0; bin < BINS; bin++) {
    sum += histogram[bin] * binCenter(bin);
    sumOfSquares += histogram[bin] * binCenter(bin) ** 2;
  }
  const total = values.length;
  const mean = sum / total;
  const variance = sumOfSquares / total - mean * mean;

  let [best, firstBest, lastBest] = [-1, 0, 0];
  let [darkCount, darkSum] = [0, 0];
  const sides = (): { dark: number; bright: number; darkShare: number } => ({
    dark: darkCount === 0 ? mean : darkSum / darkCount,
    bright: darkCount === total ? mean : (sum - darkSum) / (total - darkCount),
    darkShare: darkCount / total,
  });
  let bestSides = sides();
  for (let bin = 0; bin < BINS - 1; bin++) {
    darkCount += histogram[bin];
    darkSum += histogram[bin] * binCenter(bin);
    const { dark, bright, darkShare } = sides();
    const between = darkShare * (1 - darkShare) * (bright - dark) ** 2;
    if (between > best) {
      [best, firstBest, lastBest] = [between, bin, bin];
      bestSides = { dark, bright, darkShare };
    } else if (between === best) {
      // No values lie between the sides: use the middle of the empty range.
      lastBest = bin;
    }
  }
  const { dark, bright, darkShare } = bestSides;
  return {
    threshold: (((firstBest + lastBest) / 2 + 1) / BINS) * max,
    dark,
    bright,
    brightShare: 1 - darkShare,
    separability: variance > 1e-12 ? best / variance : 0,
    spread: Math.sqrt(Math.max(0, variance - best)),
  };
}

/** Number of terms of a quadratic surface in x and y. */
const TERMS = 6;
/** Number of pixels sampled along each axis for the fit; a smooth surface needs no more. */
const SAMPLES = 96;
/** Lower bound of the paper brightness that pixels are divided by. */
const MIN_PAPER = 0.04;

/**
 * Removes uneven light: fits a quadratic surface to the brightness of the paper and divides by it,
 * so that paper is about 1 everywhere.
 *
 * @param isPaper selects the pixels to fit, by index
 * @returns the corrected brightness, or null if the samples do not determine a surface
 */
export function removeUnevenLight(
  image: GrayImage,
  isPaper: (index: number) => boolean,
): Float32Array | null {
  const { data, width, height } = image;
  const step = Math.max(1, Math.floor(Math.max(width, height) / SAMPLES));
  // Normal equations; the last column is the right-hand side.
  const matrix = new Float64Array(TERMS * (TERMS + 1));
  const terms = new Float64Array(TERMS);
  for (let y = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step) {
      const index = y * width + x;
      if (!isPaper(index)) continue;
      termsAt(x / width - 0.5, y / height - 0.5, terms);
      for (let row = 0; row < TERMS; row++) {
        for (let column = row; column < TERMS; column++) {
          matrix[row * (TERMS + 1) + column] += terms[row] * terms[column];
        }
        matrix[row * (TERMS + 1) + TERMS] += terms[row] * data[index];
      }
    }
  }
  mirrorUpperTriangle(matrix);
  const surface = solve(matrix);
  if (surface === null) return null;
  // Written out, because this runs for every pixel.
  const [c0, c1, c2, c3, c4, c5] = surface;
  const result = new Float32Array(data.length);
  for (let row = 0, index = 0; row < height; row++) {
    const y = row / height - 0.5;
    for (let column = 0; column < width; column++, index++) {
      const x = column / width - 0.5;
      const paper = c0 + c1 * x + c2 * y + c3 * (x * x) + c4 * (x * y) + c5 * (y * y);
      result[index] = data[index] / Math.max(MIN_PAPER, paper);
    }
  }
  return result;
}

/** Writes the terms of the surface at (x, y) to `terms`. */
function termsAt(x: number, y: number, terms: Float64Array): void {
  terms[0] = 1;
  terms[1] = x;
  terms[2] = y;
  terms[3] = x * x;
  terms[4] = x * y;
  terms[5] = y * y;
}

function mirrorUpperTriangle(matrix: Float64Array): void {
  for (let row = 1; row < TERMS; row++) {
    for (let column = 0; column < row; column++)
      matrix[row * (TERMS + 1) + column] = matrix[column * (TERMS + 1) + row];
  }
}

/** Gaussian elimination with partial pivoting; null if the samples do not determine a surface. */
function solve(matrix: Float64Array): Float64Array | null {
  const index = (row: number, column: number): number => row * (TERMS + 1) + column;
  for (let pivot = 0; pivot < TERMS; pivot++) {
    let largest = pivot;
    for (let row = pivot + 1; row < TERMS; row++) {
      if (Math.abs(matrix[index(row, pivot)]) > Math.abs(matrix[index(largest, pivot)]))
        largest = row;
    }
    if (Math.abs(matrix[index(largest, pivot)]) < 1e-9) return null;
    for (let column = 0; column <= TERMS; column++) {
      const swapped = matrix[index(pivot, column)];
      matrix[index(pivot, column)] = matrix[index(largest, column)];
      matrix[index(largest, column)] = swapped;
    }
    for (let row = 0; row < TERMS; row++) {
      if (row === pivot) continue;
      const factor = matrix[index(row, pivot)] / matrix[index(pivot, pivot)];
      for (let column = pivot; column <= TERMS; column++) {
        matrix[index(row, column)] -= factor * matrix[index(pivot, column)];
      }
    }
  }
  return Float64Array.from(
    { length: TERMS },
    (_, row) => matrix[index(row, TERMS)] / matrix[index(row, row)],
  );
}

// Largest differences allowed between a float32 backend and the float64 reference, for the check of
// a backend and for the tests.
//
// Errors are relative to the largest element of an array. That is at most the largest sum of
// absolute terms, so a sum that cancels needs no exception. Rounding to float32 has an error of up
// to u = 2^-24 = 6e-8 of a number. A sum of n terms has an error of about sqrt(n) u of its largest
// partial sum. A wrong formula, index or layout causes an error of at least 0.01.

/** CPU backends: sums of up to a thousand terms (2e-6), followed by a few more roundings. */
export const CPU_TOLERANCE = 5e-6;

/**
 * GPUs round divisions, exponentials and square roots less exactly than CPUs: WGSL allows 2.5 units
 * in the last place for a division, and an error that grows with the argument for exp.
 */
export const GPU_TOLERANCE = 5e-5;

/** Factors on the tolerance of ops whose algorithms round more, with the reason. */
const FACTORS: Readonly<Record<string, number>> = {
  // Winograd's transforms round about ten times as much as direct sums (Lavin and Gray, 2016).
  conv1d: 4,
  conv2d: 4,
  convTranspose1d: 4,
  convTranspose2d: 4,
  convNormReluPool: 4,
  // The gradient of the input is a difference of sums that nearly cancel.
  batchNorm: 4,
  batchNormReluPool: 4,
};

/** The largest error allowed for an op. */
export function toleranceOf(op: string, isGpu: boolean): number {
  return (isGpu ? GPU_TOLERANCE : CPU_TOLERANCE) * (FACTORS[op] ?? 1);
}

/** An error, and the element where it is. */
export interface Difference {
  /** Relative to the largest finite expected element, at least 0.1. */
  readonly error: number;
  /** The element with both values; empty if there is no difference. */
  readonly location: string;
}

export const NO_DIFFERENCE: Difference = { error: 0, location: '' };

/** The largest difference of two arrays. NaN and infinities must be equal. */
export function difference(
  label: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): Difference {
  if (actual.length !== expected.length) {
    return {
      error: Infinity,
      location: `${label}: ${actual.length} elements, expected ${expected.length}`,
    };
  }
  let scale = 0.1;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
  }
  let worst = NO_DIFFERENCE;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue; // NaN and infinities included
    const relative = Math.abs(actual[i] - expected[i]) / scale;
    if (relative <= worst.error) continue;
    worst = {
      error: Number.isNaN(relative) ? Infinity : relative,
      location: `${label}: element ${i} is ${actual[i]}, expected ${expected[i]}`,
    };
  }
  return worst;
}

export function larger(a: Difference, b: Difference): Difference {
  return b.error > a.error ? b : a;
}

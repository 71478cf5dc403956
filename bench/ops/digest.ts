// Compares the digests of two contenders.

import type { CheckReply } from './protocol.js';

/**
 * Largest difference of two digests, relative to the mean absolute element. A different formula or
 * argument is far above it; rounding, and another choice among equal elements, are far below it.
 */
const TOLERANCE = 1e-3;

/** What differs between two results: null, or an explanation. */
export function differenceOf(inkgrad: CheckReply, pytorch: CheckReply): string | null {
  if (inkgrad.digests.length !== pytorch.digests.length)
    return `${inkgrad.digests.length - 1} gradients, PyTorch has ${pytorch.digests.length - 1}`;
  for (const [index, { mean, size }] of pytorch.digests.entries()) {
    const actual = inkgrad.digests[index].mean;
    if (Math.abs(actual - mean) <= TOLERANCE * size) continue;
    const what = index === 0 ? 'output' : `gradient ${index}`;
    return `the ${what} differs: weighted mean ${actual}, PyTorch's ${mean} (mean size ${size})`;
  }
  return null;
}

// Rejects model files whose numbers cannot be a network's: every prediction would be NaN.

import { FormatError } from '../../engine/errors.js';
import type { SavedArray } from '../../nn/saving/safetensors.js';

/**
 * Checks that all numbers are finite in float32, and that no running variance is negative.
 *
 * @throws FormatError that names the array
 */
export function checkNumbers(arrays: Readonly<Record<string, SavedArray>>): void {
  for (const [name, { data }] of Object.entries(arrays)) {
    const isVariance = name.endsWith('running_var');
    for (let i = 0; i < data.length; i++) {
      const isFinite = Number.isFinite(Math.fround(data[i]));
      if (isFinite && !(isVariance && data[i] < 0)) continue;
      throw new FormatError(
        `element ${i} of ${name} is ${data[i]}, expected ` +
          `${isVariance && isFinite ? 'a variance of at least 0' : 'a finite number'}; the file is ` +
          'damaged or the training diverged: restore it from a copy, or train again',
      );
    }
  }
}

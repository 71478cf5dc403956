// Dropout: mask and masked values in one pass.

import { MIN_FLOATS, type RoutineOverride } from './machine.js';

/** Elements of a unit of work: see dropout in kernels/simd/dropout.ts. */
const GROUP = 8;

export const dropoutRoutines: Readonly<Record<string, RoutineOverride>> = {
  dropoutForward: (machine, [x], { scalars: { probability, key0, key1 }, lengths: [length] }) => {
    const from = machine.rowMajor(x);
    const [y, mask] = [machine.allocate(length), machine.allocate(length)];
    // Random numbers are multiples of 2^-24, so comparing with the probability is comparing
    // integers with this threshold.
    const threshold = Math.ceil(probability * 2 ** 24);
    const scale = 1 / (1 - probability);
    const randomArguments = [key0, key1, threshold, scale] as const;
    machine.parallel(
      'dropout',
      [from, length, ...randomArguments, y.address, mask.address],
      Math.ceil(length / GROUP),
      { minUnits: MIN_FLOATS / GROUP },
    );
    return [y, mask];
  },
};

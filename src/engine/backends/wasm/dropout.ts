// Dropout: mask and masked values in one pass. Imports the machine.

import type { RoutineOverride } from './override.js';

/** Elements that one call of the generator covers: the unit of work. */
const GROUP = 8;
/** Groups that are worth a thread's while. */
const LEAST = 2048;

export const dropoutRoutines: Readonly<Record<string, RoutineOverride>> = {
  dropoutForward: (machine, [x], { scalars: [probability, key0, key1], lengths: [length] }) => {
    const from = machine.plain(x);
    const [y, mask] = [machine.allocate(length), machine.allocate(length)];
    // Random numbers are multiples of 2^-24: below the probability is below this integer.
    const threshold = Math.ceil(probability * 2 ** 24);
    const scale = 1 / (1 - probability);
    const drawing = [key0, key1, threshold, scale] as const;
    machine.parallel(
      'dropout',
      [from, length, ...drawing, y.address, mask.address],
      Math.ceil(length / GROUP),
      { least: LEAST },
    );
    return [y, mask];
  },
};

// Sort order and cumulative sums of lines; threads divide the lines.

import { MIN_FLOATS, type RoutineOverride } from './machine.js';

export const sortRoutines: Readonly<Record<string, RoutineOverride>> = {
  sortOrder: (machine, [x], { constants, lengths }) => {
    const { lines, size, descending } = constants;
    const from = machine.rowMajor(x);
    const output = machine.allocate(lengths[0]);
    // Whole cache lines, so that threads share none.
    const perThread = Math.ceil(machine.simd.sortScratch(size) / 16) * 16;
    machine.withScratch([perThread * machine.threads], (scratch) => {
      machine.parallel('sortOrder', [from, size, descending, output.address, scratch], lines, {
        minUnits: Math.ceil(MIN_FLOATS / (16 * size)),
        scratch: { argument: 4, bytes: 4 * perThread },
      });
    });
    return [output];
  },

  cumsum: (machine, [x], { constants, lengths }) => {
    const { outer, size, inner, reverse } = constants;
    const from = machine.rowMajor(x);
    const output = machine.allocate(lengths[0]);
    machine.parallel('cumsum', [from, size, inner, reverse, output.address], outer * inner, {
      minUnits: Math.ceil(MIN_FLOATS / size),
    });
    return [output];
  },
};

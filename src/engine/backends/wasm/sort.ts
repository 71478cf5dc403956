// Sort order and cumulative sums of lines; threads divide the lines.

import { withColumnScratch } from './columnScratch.js';
import { MIN_FLOATS, type RoutineOverride } from './machine.js';

export const sortRoutines: Readonly<Record<string, RoutineOverride>> = {
  sortOrder: (machine, [x], { constants, lengths }) => {
    const { lines, size, count, descending } = constants;
    const from = machine.rowMajor(x);
    const output = machine.allocate(lengths[0]);
    // Whole cache lines, so that threads share none.
    const perThread = Math.ceil(machine.simd.sortScratch(size, count) / 16) * 16;
    machine.withScratch([perThread * machine.threads], (scratch) => {
      const args = [from, size, count, descending, output.address, scratch] as const;
      machine.parallel('sortOrder', [...args], lines, {
        minUnits: Math.ceil(MIN_FLOATS / (16 * size)),
        scratch: { argument: 5, bytes: 4 * perThread },
      });
    });
    return [output];
  },

  cumsum: (machine, [x], { constants, lengths }) => {
    const { outer, size, inner, reverse } = constants;
    const from = machine.rowMajor(x);
    const output = machine.allocate(lengths[0]);
    const options = { minUnits: Math.ceil(MIN_FLOATS / size), multiple: inner === 1 ? 1 : 16 };
    const to = output.address;
    if (inner === 1) {
      machine.parallel('cumsum', [from, size, reverse, to], outer, options);
    } else {
      withColumnScratch(machine, (scratch, scratchOptions) => {
        const args = [from, size, inner, reverse, to, scratch] as const;
        const lines = outer * inner;
        machine.parallel('cumsumColumns', [...args], lines, { ...options, ...scratchOptions(5) });
      });
    }
    return [output];
  },
};

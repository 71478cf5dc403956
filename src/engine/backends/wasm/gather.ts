// Reads and sums at indices along one axis.

import type { GatherAxisConstants } from '../../../../kernels/gather.js';
import { type KernelOverride, MIN_FLOATS } from './machine.js';

export const gatherOverrides: Readonly<Record<string, KernelOverride>> = {
  gatherAxis: (machine, inputs, { constants, scalars, length }) => {
    const { size, count, inner } = constants as GatherAxisConstants;
    const [x, index] = inputs.map((input) => machine.rowMajor(input));
    const output = machine.allocate(length);
    machine.parallel(
      'gatherAxis',
      [x, index, size, count, inner, scalars.invalid, output.address],
      length / inner,
      { minUnits: Math.ceil(MIN_FLOATS / inner) },
    );
    return output;
  },

  scatterAddAxis: (machine, inputs, { constants, scalars, length }) => {
    const { size, count, inner } = constants as GatherAxisConstants;
    const [index, source] = inputs.map((input) => machine.rowMajor(input));
    const output = machine.allocate(length);
    machine.parallel(
      'scatterAddAxis',
      [index, source, size, count, inner, scalars.invalid, output.address],
      length / size,
      { minUnits: Math.ceil(MIN_FLOATS / (size + count)) },
    );
    return output;
  },
};

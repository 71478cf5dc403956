// Reads and sums at indices: rows of a table, and elements along one axis.

import type { GatherAxisConstants } from '../../../../kernels/gather.js';
import type { GatherConstants } from '../../../../kernels/layout.js';
import { type KernelOverride, MIN_FLOATS } from './machine.js';

export const gatherOverrides: Readonly<Record<string, KernelOverride>> = {
  gatherRows: (machine, inputs, { constants, scalars, length }) => {
    const { rows, width, count } = constants as GatherConstants;
    const [table, indices] = inputs.map((input) => machine.rowMajor(input));
    const output = machine.allocate(length);
    machine.parallel(
      'gatherRows',
      [table, indices, rows, width, scalars.invalid, output.address],
      count,
      { minUnits: Math.ceil(MIN_FLOATS / width) },
    );
    return output;
  },

  gatherRowsGrad: (machine, inputs, { constants, length }) => {
    const { rows, width, count } = constants as GatherConstants;
    const [grad, indices] = inputs.map((input) => machine.rowMajor(input));
    const output = machine.allocate(length);
    // Every range of rows reads all indices, which is little work compared with adding rows.
    const perRow = width * (1 + count / rows);
    machine.parallel('gatherRowsGrad', [grad, indices, count, width, output.address], rows, {
      minUnits: Math.ceil(Math.max(MIN_FLOATS, count) / perRow),
    });
    return output;
  },

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

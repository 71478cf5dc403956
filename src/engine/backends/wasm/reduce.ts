// Reductions along one axis and their gradients.

import type { AxisConstants } from '../../../../kernels/reduce.js';
import { withColumnScratch } from './columnScratch.js';
import { type KernelOverride, MIN_FLOATS, type RoutineOverride } from './machine.js';

/** Number of columns, and of rows, from which on sums go through memory row by row. */
const MIN_COLUMNS = 64;
const MIN_ROWS = 128;

export const reduceOverrides: Readonly<Record<string, KernelOverride>> = {
  sumAxis: (machine, [x], { constants, length }) => {
    const { size, inner } = constants as AxisConstants;
    if (size === 0) return null;
    const from = machine.rowMajor(x);
    const output = machine.allocate(length);
    const options = { minUnits: Math.ceil(MIN_FLOATS / size), multiple: 64 };
    const to = output.address;
    if (inner < MIN_COLUMNS || size < MIN_ROWS) {
      machine.parallel('sumAxis', [from, size, inner, to], length, options);
    } else {
      withColumnScratch(machine, (scratch, scratchOptions) => {
        const args = [from, size, inner, to, scratch] as const;
        machine.parallel('sumColumns', [...args], length, { ...options, ...scratchOptions(4) });
      });
    }
    return output;
  },
  argmaxAxis: (machine, [x], { constants, length }) => {
    const { size, inner } = constants as AxisConstants;
    if (size === 0) return null;
    const from = machine.rowMajor(x);
    const output = machine.allocate(length);
    machine.parallel('argMax', [from, size, inner, output.address], length, {
      minUnits: Math.ceil(MIN_FLOATS / size),
      multiple: 64,
    });
    return output;
  },
  extremumAxis: (machine, [x], { constants, scalars: { sign }, length }) => {
    const { size, inner } = constants as AxisConstants;
    const from = machine.rowMajor(x);
    const output = machine.allocate(length);
    machine.parallel('extremumAxis', [from, size, inner, sign, output.address], length, {
      minUnits: Math.ceil(MIN_FLOATS / size),
      multiple: 64,
    });
    return output;
  },
  takeAxis: (machine, inputs, { constants, length }) => {
    const { size, inner } = constants as AxisConstants;
    const [x, index] = inputs.map((input) => machine.rowMajor(input));
    const output = machine.allocate(length);
    machine.parallel('takeAxis', [x, index, size, inner, output.address], length, {
      minUnits: MIN_FLOATS,
      multiple: 64,
    });
    return output;
  },
  takeAxisGrad: (machine, inputs, { constants, length }) => {
    const { size, inner } = constants as AxisConstants;
    const [grad, index] = inputs.map((input) => machine.rowMajor(input));
    const output = machine.allocate(length);
    machine.parallel('takeAxisGrad', [grad, index, size, inner, output.address], length / inner, {
      minUnits: Math.ceil(MIN_FLOATS / inner),
    });
    return output;
  },
  isMax: (machine, inputs, { length }) => {
    const [x, extremum] = inputs.map((input) => machine.rowMajor(input));
    const output = machine.allocate(length);
    machine.parallel('isMax', [x, extremum, output.address], length, {
      minUnits: MIN_FLOATS,
      multiple: 64,
    });
    return output;
  },
};

export const reduceRoutines: Readonly<Record<string, RoutineOverride>> = {
  prodRows: (machine, [x], { constants: { outer, size } }) => {
    const from = machine.rowMajor(x);
    const output = machine.allocate(outer);
    machine.parallel('prodRows', [from, size, output.address], outer, {
      minUnits: Math.ceil(MIN_FLOATS / size),
      multiple: 16,
    });
    return [output];
  },
};

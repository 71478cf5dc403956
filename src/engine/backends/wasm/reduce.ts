// Reductions along one axis: sums and argmax.

import type { AxisConstants } from '../../../../kernels/reduce.js';
import { type KernelOverride, MIN_FLOATS } from './machine.js';

/** An override that runs a SIMD function over the outputs. */
const alongAxis =
  (name: 'sumAxis' | 'argMax'): KernelOverride =>
  (machine, [x], { constants, length }) => {
    const { size, inner } = constants as AxisConstants;
    if (size === 0) return null;
    const from = machine.rowMajor(x);
    const output = machine.allocate(length);
    machine.parallel(name, [from, size, inner, output.address], length, {
      minUnits: Math.ceil(MIN_FLOATS / size),
      multiple: 64,
    });
    return output;
  };

export const reduceOverrides: Readonly<Record<string, KernelOverride>> = {
  sumAxis: alongAxis('sumAxis'),
  argmaxAxis: alongAxis('argMax'),
};

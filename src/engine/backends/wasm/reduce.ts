// Reductions along one axis: sums and the places of maxima. Imports the machine.

import type { AxisConstants } from '../../../../kernels/reduce.js';
import type { KernelOverride } from './override.js';

/** Numbers that are worth a thread's while. */
const LEAST = 16_384;

/** An override that runs a SIMD function over the outputs. */
const alongAxis =
  (name: 'sumAxis' | 'argMax'): KernelOverride =>
  (machine, [x], { constants, length }) => {
    const { size, inner } = constants as AxisConstants;
    if (size === 0) return null;
    const from = machine.plain(x);
    const output = machine.allocate(length);
    machine.parallel(name, [from, size, inner, output.address], length, {
      least: Math.ceil(LEAST / size),
      multiple: 64,
    });
    return output;
  };

export const reduceOverrides: Readonly<Record<string, KernelOverride>> = {
  sumAxis: alongAxis('sumAxis'),
  argmaxAxis: alongAxis('argMax'),
};

// Kernels that select by class label: one-hot rows, negative log-likelihood.

import type { OneHotConstants } from '../../../../kernels/mask.js';
import type { AxisConstants } from '../../../../kernels/reduce.js';
import { type KernelOverride, MIN_FLOATS } from './machine.js';

/** Rows of `size` elements below which one thread computes all. */
const minRows = (size: number): number => Math.ceil(MIN_FLOATS / size);

export const labelOverrides: Readonly<Record<string, KernelOverride>> = {
  oneHot: (machine, [indices], { constants, scalars, length }) => {
    const { classes } = constants as OneHotConstants;
    const address = machine.rowMajor(indices);
    const output = machine.allocate(length);
    machine.parallel(
      'oneHot',
      [address, classes, scalars.invalid, output.address],
      length / classes,
      { minUnits: minRows(classes) },
    );
    return output;
  },

  negativeLogLikelihood: (machine, inputs, { constants, scalars, length }) => {
    const { size, inner } = constants as AxisConstants;
    const [x, labels] = inputs.map((input) => machine.rowMajor(input));
    const output = machine.allocate(length);
    machine.parallel(
      'negativeLogLikelihood',
      [x, labels, size, inner, scalars.invalid, output.address],
      length,
      { minUnits: MIN_FLOATS / 4 },
    );
    return output;
  },

  negativeLogLikelihoodGrad: (machine, inputs, { constants, scalars, length }) => {
    const { size, inner } = constants as AxisConstants;
    const [grad, labels] = inputs.map((input) => machine.rowMajor(input));
    const output = machine.allocate(length);
    machine.parallel(
      'negativeLogLikelihoodGrad',
      [grad, labels, size, inner, scalars.invalid, output.address],
      length / inner,
      { minUnits: minRows(inner) },
    );
    return output;
  },
};

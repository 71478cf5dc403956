// Softmax and cross-entropy along the innermost axis. Other axes are left to the reference loop.

import type { NamedScalars } from '../../../../kernels/kernel.js';
import type { AxisConstants } from '../../../../kernels/reduce.js';
import type { ClassConstants } from '../../../../kernels/softmax.js';
import type { KernelOverride, RangedName, RoutineOverride, WithoutRange } from './machine.js';

/** Exponentials below which one thread computes all of them. */
const MIN_EXPONENTIALS = 8192;

interface Rows {
  /** Length of a row. */
  readonly classes: number;
  /** Whether the output has one element per row, or one per class. */
  readonly perRow: boolean;
  /** Distance in memory between the elements of a line; 1 if the line is a row. */
  readonly inner: number;
}

/** An override that runs a SIMD function over the rows of the operands. */
function overRows<Name extends RangedName>(
  name: Name,
  rowsOf: (constants: Readonly<Record<string, number>>) => Rows,
  args: (
    addresses: number[],
    out: number,
    classes: number,
    scalars: NamedScalars,
  ) => WithoutRange<Name>,
): KernelOverride {
  return (machine, inputs, { constants, length, scalars }) => {
    const { classes, perRow, inner } = rowsOf(constants);
    if (inner !== 1 || classes === 0) return null;
    const addresses = inputs.map((input) => machine.rowMajor(input));
    const output = machine.allocate(length);
    machine.parallel(
      name,
      args(addresses, output.address, classes, scalars),
      perRow ? length : length / classes,
      { minUnits: Math.ceil(MIN_EXPONENTIALS / classes) },
    );
    return output;
  };
}

const lineRows =
  (perRow: boolean) =>
  (constants: Readonly<Record<string, number>>): Rows => {
    const { size, inner } = constants as AxisConstants;
    return { classes: size, perRow, inner };
  };
const logitRows = (constants: Readonly<Record<string, number>>): Rows => ({
  classes: (constants as ClassConstants).classes,
  perRow: false,
  inner: 1,
});

export const softmaxOverrides: Readonly<Record<string, KernelOverride>> = {
  logSumExp: overRows('logSumExp', lineRows(true), ([x], out, size) => [x, size, out]),
  logSoftmax: overRows('logSoftmax', lineRows(false), ([x, logSumExp], out, size) => [
    x,
    logSumExp,
    size,
    out,
  ]),
  softmax: overRows('softmax', lineRows(false), ([x, logSumExp], out, size) => [
    x,
    logSumExp,
    size,
    out,
  ]),
  crossEntropyGrad: overRows(
    'crossEntropyGrad',
    logitRows,
    ([grad, x, logSumExp, labels], out, classes, { smoothing }) => [
      ...([grad, x, logSumExp, labels, classes, smoothing, out] as const),
    ],
  ),
};

export const softmaxRoutines: Readonly<Record<string, RoutineOverride>> = {
  crossEntropyForward: (
    machine,
    [logits, labels],
    { constants, scalars: { smoothing }, lengths },
  ) => {
    const { rows, classes } = constants as Readonly<Record<'rows' | 'classes', number>>;
    const [from, fromLabels] = [machine.rowMajor(logits), machine.rowMajor(labels)];
    const outputs = lengths.map((length) => machine.allocate(length));
    const [shifted, logSumExp, losses] = outputs.map(({ address }) => address);
    machine.parallel(
      'crossEntropyForward',
      [from, fromLabels, classes, smoothing, shifted, logSumExp, losses],
      rows,
      { minUnits: Math.ceil(MIN_EXPONENTIALS / classes) },
    );
    return outputs;
  },
};

// Softmax and cross-entropy along the innermost axis. Lines along another axis are left to the reference loop.
// Imports the machine.

import type { AxisConstants } from '../../../../kernels/reduce.js';
import type { ClassConstants } from '../../../../kernels/softmax.js';
import type { RangedName, WithoutRange } from './jobTypes.js';
import type { KernelOverride, RoutineOverride } from './override.js';

/** Exponentials that are worth a thread's while. */
const LEAST = 8192;

interface Rows {
  /** Length of a row. */
  readonly classes: number;
  /** Whether the output has one number a row, or one for each class of it. */
  readonly perRow: boolean;
  /** Distance in memory between the numbers of a line; a row if it is 1. */
  readonly inner: number;
}

/** An override that runs a SIMD function over the rows of the operands. */
function overRows<Name extends RangedName>(
  name: Name,
  rowsOf: (constants: Readonly<Record<string, number>>) => Rows,
  args: (addresses: number[], out: number, classes: number, scalars: readonly number[]) => WithoutRange<Name>,
): KernelOverride {
  return (machine, inputs, { constants, length, scalars }) => {
    const { classes, perRow, inner } = rowsOf(constants);
    if (inner !== 1 || classes === 0) return null;
    const addresses = inputs.map((input) => machine.plain(input));
    const output = machine.allocate(length);
    machine.parallel(
      name,
      args(addresses, output.address, classes, scalars),
      perRow ? length : length / classes,
      { least: Math.ceil(LEAST / classes) },
    );
    return output;
  };
}

const lines =
  (perRow: boolean) =>
  (constants: Readonly<Record<string, number>>): Rows => {
    const { size, inner } = constants as AxisConstants;
    return { classes: size, perRow, inner };
  };
const logits = (constants: Readonly<Record<string, number>>): Rows => ({
  classes: (constants as ClassConstants).classes,
  perRow: false,
  inner: 1,
});

export const softmaxOverrides: Readonly<Record<string, KernelOverride>> = {
  logSumExp: overRows('logSumExp', lines(true), ([x], out, size) => [x, size, out]),
  logSoftmax: overRows('logSoftmax', lines(false), ([x, lineLog], out, size) => [x, lineLog, size, out]),
  softmax: overRows('softmax', lines(false), ([x, lineLog], out, size) => [x, lineLog, size, out]),
  crossEntropyGrad: overRows(
    'crossEntropyGrad',
    logits,
    ([grad, x, lineLog, labels], out, classes, [smoothing]) => [
      ...([grad, x, lineLog, labels, classes, smoothing, out] as const),
    ],
  ),
};

export const softmaxRoutines: Readonly<Record<string, RoutineOverride>> = {
  crossEntropyForward: (machine, [logits, labels], { constants, scalars: [smoothing], lengths }) => {
    const { rows, classes } = constants as Readonly<Record<'rows' | 'classes', number>>;
    const [from, fromLabels] = [machine.plain(logits), machine.plain(labels)];
    const outputs = lengths.map((length) => machine.allocate(length));
    const [shifted, lineLog, losses] = outputs.map(({ address }) => address);
    machine.parallel(
      'crossEntropyForward',
      [from, fromLabels, classes, smoothing, shifted, lineLog, losses],
      rows,
      { least: Math.ceil(LEAST / classes) },
    );
    return outputs;
  },
};

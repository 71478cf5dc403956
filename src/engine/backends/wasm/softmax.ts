// Softmax along any axis, and cross-entropy of rows.

import type { ClassConstants } from '../../../../kernels/softmax.js';
import { withColumnScratch } from './columnScratch.js';
import type { KernelOverride, ParallelOptions, RoutineOverride } from './machine.js';

/** Exponentials below which one thread computes all of them. */
const MIN_EXPONENTIALS = 8192;

export const softmaxOverrides: Readonly<Record<string, KernelOverride>> = {
  crossEntropyGrad: (machine, inputs, { constants, length, scalars: { smoothing } }) => {
    const { classes } = constants as ClassConstants;
    const [grad, x, logSumExp, labels] = inputs.map((input) => machine.rowMajor(input));
    const output = machine.allocate(length);
    machine.parallel(
      'crossEntropyGrad',
      [grad, x, logSumExp, labels, classes, smoothing, output.address],
      length / classes,
      { minUnits: Math.ceil(MIN_EXPONENTIALS / classes) },
    );
    return output;
  },
};

type SoftmaxConstants = Readonly<Record<'outer' | 'size' | 'inner' | 'isLog', number>>;

/** Options of a job whose units are lines of `size` elements. */
const overLines = (size: number): ParallelOptions => ({
  minUnits: Math.ceil(MIN_EXPONENTIALS / size),
  multiple: 16, // lines of columns share cache lines
});

export const softmaxRoutines: Readonly<Record<string, RoutineOverride>> = {
  softmaxForward: (machine, [x], { constants, lengths }) => {
    const { outer, size, inner, isLog } = constants as SoftmaxConstants;
    const from = machine.rowMajor(x);
    const output = machine.allocate(lengths[0]);
    const to = output.address;
    if (inner === 1) {
      machine.parallel('softmaxRows', [from, size, isLog, to], outer, overLines(size));
    } else {
      withColumnScratch(machine, (scratch, options) => {
        machine.parallel('softmaxColumns', [from, size, inner, isLog, to, scratch], outer * inner, {
          ...overLines(size),
          ...options(5),
        });
      });
    }
    return [output];
  },

  softmaxBackward: (machine, inputs, { constants, lengths }) => {
    const { outer, size, inner, isLog } = constants as SoftmaxConstants;
    const [grad, y] = inputs.map((input) => machine.rowMajor(input));
    const output = machine.allocate(lengths[0]);
    const to = output.address;
    if (inner === 1) {
      machine.parallel('softmaxRowsGrad', [grad, y, size, isLog, to], outer, overLines(size));
    } else {
      withColumnScratch(machine, (scratch, options) => {
        const args = [grad, y, size, inner, isLog, to, scratch] as const;
        machine.parallel('softmaxColumnsGrad', [...args], outer * inner, {
          ...overLines(size),
          ...options(6),
        });
      });
    }
    return [output];
  },

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

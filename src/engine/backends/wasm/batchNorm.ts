// Batch normalization over channels-last images: statistics in blocks of rows, then one pass for
// the output. A row is one pixel with all its channels.

import type { ChannelConstants } from '../../../../kernels/batchNorm.js';
import {
  type ChannelsLast,
  type KernelOverride,
  MIN_FLOATS,
  type Machine,
  type RoutineOverride,
} from './machine.js';

const layoutOf = ({ images, channels, spatial }: ChannelConstants): ChannelsLast => ({
  images,
  channels,
  spatial,
});

/** Four blocks of 256 rows are MIN_FLOATS with 16 channels. */
const MIN_BLOCKS = 4;
/** MIN_FLOATS in rows. */
const minRows = ({ channels }: ChannelConstants): number => Math.ceil(MIN_FLOATS / channels);

/** Division of an elementwise function of the channels. */
const ELEMENTWISE = { minUnits: MIN_FLOATS, multiple: 64 };

const blocksOf = (machine: Machine, rows: number): number => Math.ceil(rows / machine.rowBlock);

/** Mean and biased variance of every channel of x [rows, channels]. */
export function batchStatistics(
  machine: Machine,
  x: number,
  rows: number,
  channels: number,
  [mean, variance]: readonly [mean: number, variance: number],
): void {
  const blocks = blocksOf(machine, rows);
  machine.withScratch([blocks * 2 * channels], (partials) => {
    machine.parallel('batchNormStatBlocks', [x, rows, channels, partials], blocks, {
      minUnits: MIN_BLOCKS,
    });
    machine.run('batchNormStats', [partials, rows, channels, mean, variance]);
  });
}

/** Addresses of the operands of `gradientSums`. */
type GradientOperands = Readonly<Record<'x' | 'grad' | 'mean' | 'inverse', number>>;

/** sums [2][channels] = the sum of grad, and that of grad * (x - mean) * inverse. */
function gradientSums(
  machine: Machine,
  { x, grad, mean, inverse }: GradientOperands,
  c: ChannelConstants,
  sums: number,
): void {
  const rows = c.images * c.spatial;
  const blocks = blocksOf(machine, rows);
  const width = 2 * c.channels;
  machine.withScratch([blocks * width], (partials) => {
    const args = [x, grad, mean, inverse, rows, c.channels, partials] as const;
    machine.parallel('batchNormGradBlocks', [...args], blocks, { minUnits: MIN_BLOCKS });
    machine.run('sumBlocks', [partials, blocks, width, sums]);
  });
}

export const batchNormOverrides: Readonly<Record<string, KernelOverride>> = {
  runningAverage: (
    machine,
    [running, batch],
    { length, scalars: { momentum, correction }, donate },
  ) => {
    if (donate !== 0) return null;
    machine.run('runningAverage', [
      ...([
        machine.rowMajor(running),
        machine.rowMajor(batch),
        momentum,
        correction,
        length,
      ] as const),
    ]);
    return running;
  },

  inverseDeviation: (machine, [variance], { length, scalars: { epsilon } }) => {
    const from = machine.rowMajor(variance);
    const output = machine.allocate(length);
    machine.run('inverseDeviation', [from, epsilon, length, output.address]);
    return output;
  },

  batchNormGradInputEval: (machine, [grad, inverse, weight], { constants, length }) => {
    const c = constants as ChannelConstants;
    const from = machine.channelsLast(grad, layoutOf(c));
    const factors = [inverse, weight].map((input) => machine.rowMajor(input));
    const output = machine.allocate(length, layoutOf(c));
    machine.withScratch([c.channels, c.channels], (scale, shift) => {
      machine.parallel('mul', [factors[0], factors[1], scale], c.channels, ELEMENTWISE);
      machine.parallel('fill', [shift, 0], c.channels, ELEMENTWISE);
      const rows = c.images * c.spatial;
      machine.parallel('scaleShift', [from, scale, shift, output.address, c.channels], rows, {
        minUnits: minRows(c),
      });
    });
    return output;
  },

  batchNormApply: (machine, inputs, { constants, length }) => {
    const c = constants as ChannelConstants;
    const from = machine.channelsLast(inputs[0], layoutOf(c));
    const [mean, inverse, weight, bias] = inputs.slice(1).map((input) => machine.rowMajor(input));
    const output = machine.allocate(length, layoutOf(c));
    const rows = c.images * c.spatial;
    machine.withScratch([c.channels, c.channels], (scale, shift) => {
      machine.run('foldStatistics', [mean, inverse, weight, bias, c.channels, scale, shift]);
      machine.parallel('scaleShift', [from, scale, shift, output.address, c.channels], rows, {
        minUnits: minRows(c),
      });
    });
    return output;
  },
};

export const batchNormRoutines: Readonly<Record<string, RoutineOverride>> = {
  channelSum: (machine, [x], { constants }) => {
    const c = constants as ChannelConstants;
    const rows = c.images * c.spatial;
    const blocks = blocksOf(machine, rows);
    const from = machine.channelsLast(x, layoutOf(c));
    const output = machine.allocate(c.channels);
    machine.withScratch([blocks * c.channels], (partials) => {
      machine.parallel('columnSumBlocks', [from, rows, c.channels, partials], blocks, {
        minUnits: MIN_BLOCKS,
      });
      machine.run('sumBlocks', [partials, blocks, c.channels, output.address]);
    });
    return [output];
  },

  batchNormTrain: (machine, [x, weight, bias], { constants, scalars: { epsilon } }) => {
    const c = constants as ChannelConstants;
    const rows = c.images * c.spatial;
    const from = machine.channelsLast(x, layoutOf(c));
    const [fromWeight, fromBias] = [machine.rowMajor(weight), machine.rowMajor(bias)];
    const y = machine.allocate(rows * c.channels, layoutOf(c));
    const [mean, variance] = [machine.allocate(c.channels), machine.allocate(c.channels)];
    batchStatistics(machine, from, rows, c.channels, [mean.address, variance.address]);
    machine.withScratch([c.channels, c.channels, c.channels], (inverse, scale, shift) => {
      machine.run('inverseDeviation', [variance.address, epsilon, c.channels, inverse]);
      machine.run('foldStatistics', [
        ...([mean.address, inverse, fromWeight, fromBias, c.channels, scale, shift] as const),
      ]);
      machine.parallel('scaleShift', [from, scale, shift, y.address, c.channels], rows, {
        minUnits: minRows(c),
      });
    });
    return [y, mean, variance];
  },

  batchNormParametersGrad: (machine, [grad, x, mean, inverse], { constants }) => {
    const c = constants as ChannelConstants;
    const operands = {
      x: machine.channelsLast(x, layoutOf(c)),
      grad: machine.channelsLast(grad, layoutOf(c)),
      mean: machine.rowMajor(mean),
      inverse: machine.rowMajor(inverse),
    };
    const [gradWeight, gradBias] = [machine.allocate(c.channels), machine.allocate(c.channels)];
    machine.withScratch([2 * c.channels], (sums) => {
      gradientSums(machine, operands, c, sums);
      machine.run('copy', [sums, gradBias.address, c.channels]);
      machine.run('copy', [sums + 4 * c.channels, gradWeight.address, c.channels]);
    });
    return [gradWeight, gradBias];
  },

  batchNormTrainGrad: (
    machine,
    [grad, x, mean, variance, weight],
    { constants, scalars: { epsilon } },
  ) => {
    const c = constants as ChannelConstants;
    const rows = c.images * c.spatial;
    const [fromGrad, fromX] = [grad, x].map((input) => machine.channelsLast(input, layoutOf(c)));
    const [fromMean, fromVariance, fromWeight] = [mean, variance, weight].map((input) =>
      machine.rowMajor(input),
    );
    const gradInput = machine.allocate(rows * c.channels, layoutOf(c));
    const [gradWeight, gradBias] = [machine.allocate(c.channels), machine.allocate(c.channels)];
    const lengths = [c.channels, 2 * c.channels, 3 * c.channels];
    machine.withScratch(lengths, (inverse, sums, coefficients) => {
      machine.run('inverseDeviation', [fromVariance, epsilon, c.channels, inverse]);
      gradientSums(machine, { x: fromX, grad: fromGrad, mean: fromMean, inverse }, c, sums);
      machine.run('batchNormGradCoefficients', [
        ...([inverse, fromWeight, sums, rows, c.channels, coefficients] as const),
      ]);
      const inputs = [fromX, fromGrad, fromMean, coefficients] as const;
      machine.parallel('batchNormGradInput', [...inputs, gradInput.address, c.channels], rows, {
        minUnits: minRows(c),
      });
      machine.run('copy', [sums, gradBias.address, c.channels]);
      machine.run('copy', [sums + 4 * c.channels, gradWeight.address, c.channels]);
    });
    return [gradInput, gradWeight, gradBias];
  },
};

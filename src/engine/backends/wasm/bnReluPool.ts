// Batch norm, ReLU and 2x2 max-pooling in one pass over channels-last images; the gradients in two.
// A line is one row of windows.

import type { PoolConstants } from '../../../../kernels/pool.js';
import { batchStatistics } from './batchNorm.js';
import { MIN_FLOATS, type Machine, type RoutineOverride, type WasmBuffer } from './machine.js';
import { layouts } from './pool.js';

const rowsOf = (g: PoolConstants): number => (g.planes / g.channels) * g.height * g.width;
const linesOf = (g: PoolConstants): number => (g.planes / g.channels) * g.outHeight;

/** MIN_FLOATS in lines: a line covers two rows of pixels. */
const minLines = (g: PoolConstants): number => Math.ceil(MIN_FLOATS / (2 * g.width * g.channels));

/** Two blocks of 256 outputs, each of four inputs, are MIN_FLOATS with 8 channels. */
const MIN_BLOCKS = 2;

/** inverse [C], and affine [2][C], scale then shift, so that y = x * scale + shift. */
function foldStatistics(
  machine: Machine,
  [mean, variance, weight, bias]: readonly number[],
  [inverse, affine]: readonly [inverse: number, affine: number],
  channels: number,
  epsilon: number,
): void {
  machine.run('inverseDeviation', [variance, epsilon, channels, inverse]);
  machine.run('foldStatistics', [
    mean,
    inverse,
    weight,
    bias,
    channels,
    affine,
    affine + 4 * channels,
  ]);
}

/** y from x and the addresses of mean, variance, weight and bias. */
function forward(
  machine: Machine,
  x: number,
  statistics: readonly number[],
  g: PoolConstants,
  epsilon: number,
): WasmBuffer {
  const y = machine.allocate(g.planes * g.outHeight * g.outWidth, layouts(g).output);
  machine.withScratch([g.channels, 2 * g.channels], (inverse, affine) => {
    foldStatistics(machine, statistics, [inverse, affine], g.channels, epsilon);
    const geometry = [g.height, g.width, g.channels] as const;
    machine.parallel('bnReluPool', [x, ...geometry, affine, y.address], linesOf(g), {
      minUnits: minLines(g),
    });
  });
  return y;
}

export const bnReluPoolRoutines: Readonly<Record<string, RoutineOverride>> = {
  bnReluPoolTrain: (machine, [x, weight, bias], { constants, scalars: { epsilon } }) => {
    const g = constants as PoolConstants;
    const from = machine.channelsLast(x, layouts(g).input);
    const parameters = [machine.rowMajor(weight), machine.rowMajor(bias)];
    const [mean, variance] = [machine.allocate(g.channels), machine.allocate(g.channels)];
    const statistics = [mean.address, variance.address] as const;
    batchStatistics(machine, from, rowsOf(g), g.channels, statistics);
    return [forward(machine, from, [...statistics, ...parameters], g, epsilon), mean, variance];
  },

  bnReluPoolEval: (machine, [x, ...statistics], { constants, scalars: { epsilon } }) => {
    const g = constants as PoolConstants;
    const from = machine.channelsLast(x, layouts(g).input);
    const addresses = statistics.map((input) => machine.rowMajor(input));
    return [forward(machine, from, addresses, g, epsilon)];
  },

  bnReluPoolTrainGrad: (machine, [grad, x, ...statistics], { constants, scalars: { epsilon } }) => {
    const { simd } = machine;
    const g = constants as PoolConstants;
    const { channels } = g;
    const { input, output } = layouts(g);
    const [fromX, fromGrad] = [machine.channelsLast(x, input), machine.channelsLast(grad, output)];
    const addresses = statistics.map((buffer) => machine.rowMajor(buffer));
    const [mean, , weight] = addresses;
    const gradInput = machine.allocate(g.planes * g.height * g.width, input);
    const [gradWeight, gradBias] = [machine.allocate(channels), machine.allocate(channels)];
    const operands = [fromX, fromGrad, g.height, g.width, channels] as const;
    const blocks = Math.ceil(linesOf(g) / simd.bnReluPoolBlockLines(g.width));
    const width = 2 * channels;
    machine.withScratch(
      [blocks * width, width, channels, 5 * channels],
      (partials, sums, inverse, table) => {
        foldStatistics(machine, addresses, [inverse, table], channels, epsilon);
        const normalization = [table, mean, inverse] as const;
        machine.parallel(
          'bnReluPoolGradBlocks',
          [...operands, ...normalization, linesOf(g), partials],
          blocks,
          { minUnits: MIN_BLOCKS },
        );
        machine.run('sumBlocks', [partials, blocks, width, sums]);
        const coefficients = table + 8 * channels;
        machine.run('bnReluPoolGradCoefficients', [
          ...([mean, inverse, weight, sums, rowsOf(g), channels, coefficients] as const),
        ]);
        machine.parallel(
          'bnReluPoolGradInput',
          [...operands, table, gradInput.address],
          linesOf(g),
          {
            minUnits: minLines(g),
          },
        );
        machine.run('copy', [sums, gradBias.address, channels]);
        machine.run('copy', [sums + 4 * channels, gradWeight.address, channels]);
      },
    );
    return [gradInput, gradWeight, gradBias];
  },
};

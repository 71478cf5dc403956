// Convolution, batch norm, ReLU and 2x2 max-pooling for inference: batch norm is folded into the filters,
// once, and one image at a time goes through ReLU and pooling before it is stored.

import type { Conv2dConstants } from '../../../../kernels/conv2d.js';
import { convolvePooled, inputLayout, panelLength, shapeOf, weightKey } from './conv2d.js';
import { forwardGeometry } from './convGeometry.js';
import type { ChannelsLast, Machine, RoutineOverride, WasmBuffer } from './machine.js';
import { convolveImagesPooled, filterKey, packFilters, usesWinograd } from './winograd.js';

/** Layout of the output: 2x2 max-pooling halves both sides. */
const outputLayout = (c: Conv2dConstants): ChannelsLast => ({
  images: c.batch,
  channels: c.outChannels,
  spatial: Math.floor(c.outHeight / 2) * Math.floor(c.outWidth / 2),
});

/** How a version of the convolution packs its filters. */
interface Packing {
  /** Everything that the packed filters depend on besides the weights. */
  readonly key: string;
  /** Floats of the packed filters. */
  readonly length: number;
  /** Packs the filters at one address (OIHW) to another. */
  readonly pack: (weight: number, to: number) => void;
}

/** Addresses of the packed filters and of the bias [O], both with batch norm folded in. */
function foldedFilters(
  machine: Machine,
  { key, length, pack }: Packing,
  channels: number,
  buffers: readonly WasmBuffer[],
  epsilon: number,
): readonly [filters: number, bias: number] {
  const [weight, ...others] = buffers;
  const [from, mean, variance, gamma, beta, bias] = buffers.map((buffer) =>
    machine.rowMajor(buffer),
  );
  const fold = (to: number): void => {
    const lengths = [channels, channels, channels, weight.length];
    machine.withScratch(lengths, (inverse, scale, shift, scaled) => {
      machine.run('inverseDeviation', [variance, epsilon, channels, inverse]);
      machine.run('foldStatistics', [mean, inverse, gamma, beta, channels, scale, shift]);
      machine.run('scaleFilters', [from, scale, channels, weight.length / channels, scaled]);
      pack(scaled, to);
      const biasAddress = to + 4 * length;
      if (buffers.length < 6) machine.run('copy', [shift, biasAddress, channels]);
      else machine.run('scaleShift', [bias, scale, shift, biasAddress, channels, 0, 1]);
    });
  };
  const copyKey = `folded ${key} ${epsilon}`;
  const filters = machine.packedCopies.find(weight, copyKey, length + channels, fold, others);
  return [filters, filters + 4 * length];
}

export const convNormReluPoolRoutines: Readonly<Record<string, RoutineOverride>> = {
  convNormReluPoolEval: (machine, [x, ...buffers], { constants, scalars, lengths }) => {
    const c = constants as Conv2dConstants;
    const geometry = forwardGeometry(c);
    const shape = shapeOf(machine, geometry);
    const isWinograd = usesWinograd(c, machine.dispatch);
    const packing: Packing = isWinograd
      ? {
          key: filterKey(machine, geometry),
          length: machine.simd.winogradFilterFloats(shape),
          pack: (weight, to) => packFilters(machine, shape, weight, false, to),
        }
      : {
          key: `conv ${weightKey(c)}`,
          length: panelLength(machine, geometry),
          pack: (weight, to) => machine.run('packConvWeights', [shape, weight, to]),
        };
    const from = machine.channelsLast(x, inputLayout(c));
    const folded = foldedFilters(machine, packing, c.outChannels, buffers, scalars.epsilon);
    const y = machine.allocate(lengths[0], outputLayout(c));
    const operands = [from, ...folded, y.address] as const;
    if (isWinograd) convolveImagesPooled(machine, shape, c.batch, operands);
    else convolvePooled(machine, geometry, operands, c.batch);
    return [y];
  },
};

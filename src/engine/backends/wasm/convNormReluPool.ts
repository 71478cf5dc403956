// Convolution, batch norm, ReLU and 2x2 max-pooling for inference: batch norm is folded
// into the filters, once, and each Winograd tile goes through ReLU and pooling before it
// is stored. Where Winograd does not apply, a convolution and the fused pass of
// bnReluPool.ts run one after the other.

import { conv2d, type Conv2dConstants } from '../../../../kernels/conv2d.js';
import type { PoolConstants } from '../../../../kernels/pool.js';
import { bnReluPoolRoutines } from './bnReluPool.js';
import { conv2dOverrides, inputLayout, shapeOf } from './conv2d.js';
import { forwardGeometry } from './convGeometry.js';
import type { Machine, RoutineOverride, WasmBuffer } from './machine.js';
import { layouts } from './pool.js';
import { convolveImages, packFilters, usesWinograd } from './winograd.js';

/** Geometry of 2x2 max-pooling over the output of a convolution. */
const poolGeometry = (c: Conv2dConstants): PoolConstants => ({
  planes: c.batch * c.outChannels,
  channels: c.outChannels,
  height: c.outHeight,
  width: c.outWidth,
  outHeight: Math.floor(c.outHeight / 2),
  outWidth: Math.floor(c.outWidth / 2),
  windowHeight: 2,
  windowWidth: 2,
  strideY: 2,
  strideX: 2,
  padY: 0,
  padX: 0,
  countPadding: 1,
});

/**
 * Transformed filters with batch norm folded in, followed by the bias with batch norm folded in.
 */
function foldedFilters(
  machine: Machine,
  shape: number,
  c: Conv2dConstants,
  buffers: readonly WasmBuffer[],
  epsilon: number,
): { readonly filters: number; readonly bias: number } {
  const [weight, ...others] = buffers;
  const [from, mean, variance, gamma, beta, bias] = buffers.map((buffer) =>
    machine.rowMajor(buffer),
  );
  const [length, channels] = [machine.simd.winogradFilterFloats(shape), c.outChannels];
  const key = `folded ${c.inChannels} ${channels} ${epsilon}`;
  const fold = (to: number): void => {
    const lengths = [channels, channels, channels, weight.length];
    machine.withScratch(lengths, (inverse, scale, shift, scaled) => {
      machine.run('inverseDeviation', [variance, epsilon, channels, inverse]);
      machine.run('foldStatistics', [mean, inverse, gamma, beta, channels, scale, shift]);
      machine.run('scaleFilters', [from, scale, channels, weight.length / channels, scaled]);
      packFilters(machine, shape, scaled, false, to);
      const biasAddress = to + 4 * length;
      if (buffers.length < 6) machine.run('copy', [shift, biasAddress, channels]);
      else machine.run('scaleShift', [bias, scale, shift, biasAddress, channels, 0, 1]);
    });
  };
  const filters = machine.packedCopies.find(weight, key, length + channels, fold, others);
  return { filters, bias: filters + 4 * length };
}

/** A zero bias, for a convolution without bias. */
function zeros(machine: Machine, channels: number): WasmBuffer {
  const buffer = machine.allocate(channels);
  machine.run('fill', [buffer.address, 0, 0, channels]);
  return buffer;
}

export const convNormReluPoolRoutines: Readonly<Record<string, RoutineOverride>> = {
  convNormReluPoolEval: (machine, [x, ...buffers], launch) => {
    const c = launch.constants as Conv2dConstants;
    const pool = poolGeometry(c);
    if (!usesWinograd(c, machine.dispatch)) {
      const [weight, ...statistics] = buffers;
      const convBias = statistics.splice(4); // the bias of the convolution, if it has one
      const bias = convBias.length > 0 ? convBias[0] : zeros(machine, c.outChannels);
      const length = c.batch * c.outChannels * c.outHeight * c.outWidth;
      const convLaunch = {
        kernel: conv2d,
        inputs: [x, weight, bias],
        constants: c,
        scalars: {},
        length,
      };
      const y = conv2dOverrides.conv2d(machine, [x, weight, bias], convLaunch)!;
      const output = bnReluPoolRoutines.bnReluPoolEval(machine, [y, ...statistics], {
        ...launch,
        constants: pool,
      });
      machine.free(y);
      if (convBias.length === 0) machine.free(bias);
      return output;
    }
    const from = machine.channelsLast(x, inputLayout(c));
    const shape = shapeOf(machine, forwardGeometry(c));
    const folded = foldedFilters(machine, shape, c, buffers, launch.scalars.epsilon);
    const y = machine.allocate(launch.lengths[0], layouts(pool).output);
    convolveImages(machine, shape, c.batch, [from, folded.filters, folded.bias, y.address], true);
    return [y];
  },
};

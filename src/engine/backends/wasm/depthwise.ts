// Depthwise convolutions, in which every channel has one filter of its own: direct SIMD over the
// channels (kernels/simd/depthwise.ts).

import type { Conv2dConstants } from '../../../../kernels/conv2d.js';
import type { ChannelsLast, KernelOverride, Machine, WasmBuffer } from './machine.js';

/** Multiply-adds below which one thread computes all rows, as in matmul.ts. */
const MIN_MULTIPLY_ADDS = 100_000;

const isDepthwise = ({ inChannels, groupIn, groupOut }: Conv2dConstants): boolean =>
  inChannels > 1 && groupIn === 1 && groupOut === 1;

const inputLayout = (c: Conv2dConstants): ChannelsLast => ({
  images: c.batch,
  channels: c.inChannels,
  spatial: c.height * c.width,
});

const outputLayout = (c: Conv2dConstants): ChannelsLast => ({
  images: c.batch,
  channels: c.outChannels,
  spatial: c.outHeight * c.outWidth,
});

/** Weights [channels, 1, kh, kw] as [kh * kw, channels], cached until they change. */
function transposedWeights(machine: Machine, weight: WasmBuffer, c: Conv2dConstants): number {
  const taps = c.kernelHeight * c.kernelWidth;
  const from = machine.rowMajor(weight);
  return machine.packedCopies.find(
    weight,
    `depthwise ${c.inChannels} ${taps}`,
    taps * c.inChannels,
    (to) => machine.parallel('transpose', [from, c.inChannels, taps, to], 1),
  );
}

/** One pass from x to an output of the given size; see `depthwise` for the last eight numbers. */
function convolve(
  machine: Machine,
  [x, weights, bias, out]: readonly number[],
  c: Conv2dConstants,
  [height, width, outHeight, outWidth]: readonly number[],
  [strideY, strideX, dilationY, dilationX, padY, padX, insertY, insertX]: readonly number[],
): void {
  const { kernelHeight, kernelWidth, inChannels } = c;
  const bytes = machine.simd.depthwiseScratch(outWidth, kernelHeight, kernelWidth);
  const rowWork = outWidth * inChannels * kernelHeight * kernelWidth;
  machine.withScratch([(machine.threads * bytes) / 4], (scratch) => {
    machine.parallel(
      'depthwise',
      [
        ...([x, height, width, inChannels, weights, bias, out, outHeight, outWidth] as const),
        ...([kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX] as const),
        ...([padY, padX, insertY, insertX, scratch] as const),
      ],
      c.batch * outHeight,
      {
        minUnits: Math.ceil(MIN_MULTIPLY_ADDS / rowWork),
        scratch: { argument: 19, bytes },
      },
    );
  });
}

export const depthwiseOverrides: Readonly<Record<string, KernelOverride>> = {
  conv2d: (machine, [x, weight, bias], { constants, length }) => {
    const c = constants as Conv2dConstants;
    if (!isDepthwise(c)) return null;
    const from = machine.channelsLast(x, inputLayout(c));
    const weights = transposedWeights(machine, weight, c);
    const fromBias = machine.rowMajor(bias);
    const output = machine.allocate(length, outputLayout(c));
    convolve(
      machine,
      [from, weights, fromBias, output.address],
      c,
      [c.height, c.width, c.outHeight, c.outWidth],
      [c.strideY, c.strideX, c.dilationY, c.dilationX, c.padY, c.padX, 1, 1],
    );
    return output;
  },

  convTranspose2d: (machine, [x, weight, bias], { constants, length }) => {
    const c = constants as Conv2dConstants;
    if (!isDepthwise(c)) return null;
    const from = machine.channelsLast(x, outputLayout(c));
    const weights = transposedWeights(machine, weight, c);
    const fromBias = machine.rowMajor(bias);
    const output = machine.allocate(length, inputLayout(c));
    convolve(
      machine,
      [from, weights, fromBias, output.address],
      c,
      [c.outHeight, c.outWidth, c.height, c.width],
      [1, 1, -c.dilationY, -c.dilationX, -c.padY, -c.padX, c.strideY, c.strideX],
    );
    return output;
  },

  conv2dGradWeight: (machine, [x, grad], { constants, length }) => {
    const c = constants as Conv2dConstants;
    if (!isDepthwise(c)) return null;
    const from = machine.channelsLast(x, inputLayout(c));
    const fromGrad = machine.channelsLast(grad, outputLayout(c));
    const output = machine.allocate(length);
    const taps = c.kernelHeight * c.kernelWidth;
    machine.withScratch([c.batch * taps * c.inChannels], (partial) => {
      machine.parallel(
        'depthwiseGradWeight',
        [
          ...([from, fromGrad, c.height, c.width, c.inChannels, c.outHeight, c.outWidth] as const),
          ...([c.kernelHeight, c.kernelWidth, c.strideY, c.strideX] as const),
          ...([c.dilationY, c.dilationX, c.padY, c.padX, partial] as const),
        ],
        c.batch,
        {
          minUnits: Math.ceil(MIN_MULTIPLY_ADDS / (c.outHeight * c.outWidth * c.inChannels * taps)),
        },
      );
      machine.parallel(
        'depthwiseGradSum',
        [partial, c.batch, taps, c.inChannels, output.address],
        c.inChannels,
        { minUnits: Math.ceil(MIN_MULTIPLY_ADDS / (c.batch * taps)), multiple: 16 },
      );
    });
    return output;
  },
};

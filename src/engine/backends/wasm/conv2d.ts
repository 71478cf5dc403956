// Convolution, transposed convolution and weight gradient over channels-last images: direct, or
// Winograd where that is faster (winograd.ts). A transposed convolution, such as the input gradient,
// is itself a convolution: of the image with stride - 1 zeros inserted between its pixels, with
// filters rotated by 180 degrees (Dumoulin and Visin 2016).

import type { ConvGeometry } from '#simd/interface';
import type { Conv2dConstants } from '../../../../kernels/conv2d.js';
import {
  forwardGeometry,
  geometryWords,
  inputGradientGeometry,
  shapeWords,
} from './convGeometry.js';
import type { KernelOverride, Machine } from './machine.js';
import {
  usesWinograd,
  winogradConvolve,
  winogradGradWeight,
  type PackedOperands,
} from './winograd.js';

/** Address of a prepared ConvShape. */
export function shapeOf(machine: Machine, geometry: ConvGeometry): number {
  const fields = geometryWords(geometry);
  return machine.table(`convolution ${fields.join(' ')}`, shapeWords(geometry), (table, shape) => {
    table.set(fields);
    machine.simd.convPrepare(shape);
  });
}

/** Floats of packed weights: output channels rounded up to whole panels, group by group. */
export function panelLength(
  machine: Machine,
  { inChannels, outChannels, kernelHeight, kernelWidth, groups }: ConvGeometry,
): number {
  const panel = machine.panel;
  const panels = Math.ceil(outChannels / groups / panel);
  return groups * panels * panel * kernelHeight * kernelWidth * (inChannels / groups);
}

export const inputLayout = (c: Conv2dConstants) => ({
  images: c.batch,
  channels: c.inChannels,
  spatial: c.height * c.width,
});

/** Everything that the packing of weights depends on. */
export const weightKey = (c: Conv2dConstants): string =>
  `${c.outChannels} ${c.inChannels} ${c.kernelHeight} ${c.kernelWidth} ${c.groups}`;

const outputLayout = (c: Conv2dConstants) => ({
  images: c.batch,
  channels: c.outChannels,
  spatial: c.outHeight * c.outWidth,
});

/** A prepared geometry and scratch memory for each thread. */
interface Workspace {
  /** Address of a prepared ConvShape. */
  readonly shape: number;
  readonly scratch: number;
  /** Bytes of scratch for each thread. */
  readonly scratchBytes: number;
}

function withWorkspace(
  machine: Machine,
  geometry: ConvGeometry,
  body: (workspace: Workspace) => void,
): void {
  const shape = shapeOf(machine, geometry);
  // Whole cache lines, so that threads share none.
  const perThread = Math.ceil(machine.simd.convScratch(shape) / 16) * 16;
  machine.withScratch([perThread * machine.threads], (scratch) =>
    body({ shape, scratch, scratchBytes: 4 * perThread }),
  );
}

/** Convolves images with packed weights; one unit of work is an image. */
function convolve(
  machine: Machine,
  { shape, scratch, scratchBytes }: Workspace,
  operands: PackedOperands,
  images: number,
): void {
  machine.parallel('convForward', [shape, ...operands, scratch], images, {
    scratch: { argument: 5, bytes: scratchBytes },
  });
}

/** The same, followed by ReLU and 2x2 max-pooling. */
export function convolvePooled(
  machine: Machine,
  geometry: ConvGeometry,
  operands: PackedOperands,
  images: number,
): void {
  withWorkspace(machine, geometry, ({ shape, scratch, scratchBytes }) =>
    machine.parallel('convForwardPooled', [shape, ...operands, scratch], images, {
      scratch: { argument: 5, bytes: scratchBytes },
    }),
  );
}

export const conv2dOverrides: Readonly<Record<string, KernelOverride>> = {
  conv2d: (machine, [x, weight, bias], { constants, length }) => {
    const c = constants as Conv2dConstants;
    const from = machine.channelsLast(x, inputLayout(c));
    const [fromWeight, fromBias] = [machine.rowMajor(weight), machine.rowMajor(bias)];
    const output = machine.allocate(length, outputLayout(c));
    const geometry = forwardGeometry(c);
    if (usesWinograd(c, machine.dispatch)) {
      const operands = {
        images: c.batch,
        x: from,
        weight,
        bias: fromBias,
        output: output.address,
      };
      winogradConvolve(machine, geometry, shapeOf(machine, geometry), operands, false);
      return output;
    }
    withWorkspace(machine, geometry, (workspace) => {
      const panels = machine.packedCopies.find(
        weight,
        `conv ${weightKey(c)}`,
        panelLength(machine, geometry),
        (to) => machine.run('packConvWeights', [workspace.shape, fromWeight, to]),
      );
      convolve(machine, workspace, [from, panels, fromBias, output.address], c.batch);
    });
    return output;
  },

  convTranspose2d: (machine, [x, weight, bias], { constants, length }) => {
    const c = constants as Conv2dConstants;
    const from = machine.channelsLast(x, outputLayout(c));
    const [fromWeight, fromBias] = [machine.rowMajor(weight), machine.rowMajor(bias)];
    const output = machine.allocate(length, inputLayout(c));
    const geometry = inputGradientGeometry(c);
    if (usesWinograd(c, machine.dispatch)) {
      const operands = {
        images: c.batch,
        x: from,
        weight,
        bias: fromBias,
        output: output.address,
      };
      winogradConvolve(machine, geometry, shapeOf(machine, geometry), operands, true);
      return output;
    }
    withWorkspace(machine, geometry, (workspace) => {
      const panels = machine.packedCopies.find(
        weight,
        `flipped ${weightKey(c)}`,
        panelLength(machine, geometry),
        (to) => machine.run('packConvWeightsFlipped', [workspace.shape, fromWeight, to]),
      );
      convolve(machine, workspace, [from, panels, fromBias, output.address], c.batch);
    });
    return output;
  },

  conv2dGradWeight: (machine, [x, grad], { constants, length }) => {
    const c = constants as Conv2dConstants;
    const from = machine.channelsLast(x, inputLayout(c));
    const fromGrad = machine.channelsLast(grad, outputLayout(c));
    const output = machine.allocate(length);
    const geometry = forwardGeometry(c);
    if (usesWinograd(c, machine.dispatch)) {
      const operands = { x: from, grad: fromGrad, gradWeight: output.address };
      winogradGradWeight(machine, shapeOf(machine, geometry), c, operands);
      return output;
    }
    withWorkspace(machine, geometry, ({ shape, scratch, scratchBytes }) =>
      machine.withScratch([panelLength(machine, geometry)], (panels) => {
        const tiles = machine.simd.convGradTiles(shape);
        // Every call pads all images, so a thread takes its whole share of the tiles at once.
        machine.parallel(
          'convGradWeight',
          [shape, from, fromGrad, c.batch, panels, scratch],
          tiles,
          {
            minUnits: Math.ceil(tiles / machine.threads),
            scratch: { argument: 5, bytes: scratchBytes },
          },
        );
        machine.run('unpackConvWeights', [shape, panels, output.address]);
      }),
    );
    return output;
  },
};

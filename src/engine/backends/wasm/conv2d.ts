// Convolution and its two gradients over channels-last images. The input gradient is itself a convolution: of the
// output's gradient, spread apart by the stride, with the filters turned by 180 degrees (Dumoulin and Visin 2016).
// Imports the machine and the Winograd way, which is taken where it is faster.

import type { Conv2dConstants } from '../../../../kernels/conv2d.js';
import type { Machine } from './machine.js';
import type { KernelOverride } from './override.js';
import { usesWinograd, winogradConvolve, winogradGradWeight } from './winograd.js';

/** The fields of ConvShape in kernels/simd/convShape.ts that JavaScript fills, in order. */
interface Geometry {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY: number;
  readonly dilationX: number;
  readonly groups: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly insertY: number;
  readonly insertX: number;
  readonly blockImages: number;
}

/** Words that convPrepare adds behind the fields: derived sizes, then the two tables. */
const SHAPE_WORDS = 26;

export function forwardGeometry(c: Conv2dConstants): Geometry {
  return {
    height: c.height,
    width: c.width,
    channels: c.inChannels,
    outHeight: c.outHeight,
    outWidth: c.outWidth,
    outChannels: c.outChannels,
    kernelHeight: c.kernelHeight,
    kernelWidth: c.kernelWidth,
    strideY: c.strideY,
    strideX: c.strideX,
    dilationY: c.dilationY,
    dilationX: c.dilationX,
    groups: c.groups,
    padTop: c.padY,
    padLeft: c.padX,
    insertY: 1,
    insertX: 1,
    blockImages: 1,
  };
}

/** The convolution that takes the output's gradient back to the input's. */
function backwardGeometry(c: Conv2dConstants): Geometry {
  return {
    height: c.outHeight,
    width: c.outWidth,
    channels: c.outChannels,
    outHeight: c.height,
    outWidth: c.width,
    outChannels: c.inChannels,
    kernelHeight: c.kernelHeight,
    kernelWidth: c.kernelWidth,
    strideY: 1,
    strideX: 1,
    dilationY: c.dilationY,
    dilationX: c.dilationX,
    groups: c.groups,
    padTop: c.dilationY * (c.kernelHeight - 1) - c.padY,
    padLeft: c.dilationX * (c.kernelWidth - 1) - c.padX,
    insertY: c.strideY,
    insertX: c.strideX,
    blockImages: 1,
  };
}

/** Address of a prepared ConvShape. */
export function shapeOf(machine: Machine, geometry: Geometry): number {
  const fields = Object.values(geometry) as number[]; // in the order of the fields above, which is ConvShape's
  const taps = (geometry.kernelHeight * geometry.kernelWidth * geometry.channels) / geometry.groups;
  const words = SHAPE_WORDS + taps + geometry.blockImages * geometry.outHeight * geometry.outWidth;
  return machine.table(`convolution ${fields.join(' ')}`, words, (table, shape) => {
    table.set(fields);
    machine.simd.convPrepare(shape);
  });
}

/** Floats that packed weights take: output channels rounded up to whole panels, group by group. */
function panelLength(
  machine: Machine,
  { channels, outChannels, kernelHeight, kernelWidth, groups }: Geometry,
): number {
  const panel = machine.panel;
  const panels = Math.ceil(outChannels / groups / panel);
  return groups * panels * panel * kernelHeight * kernelWidth * (channels / groups);
}

export const inputLayout = (c: Conv2dConstants) => ({
  images: c.batch,
  channels: c.inChannels,
  spatial: c.height * c.width,
});

/** All that the packing of weights depends on. */
const weightKey = (c: Conv2dConstants): string =>
  `${c.outChannels} ${c.inChannels} ${c.kernelHeight} ${c.kernelWidth} ${c.groups}`;

const outputLayout = (c: Conv2dConstants) => ({
  images: c.batch,
  channels: c.outChannels,
  spatial: c.outHeight * c.outWidth,
});

/** What a pass over a prepared geometry needs: its tables, and scratch memory for each thread. */
interface Workspace {
  readonly shape: number;
  readonly scratch: number;
  /** Bytes of scratch that each thread has. */
  readonly scratchBytes: number;
}

function withWorkspace(machine: Machine, geometry: Geometry, body: (workspace: Workspace) => void): void {
  const shape = shapeOf(machine, geometry);
  const own = Math.ceil(machine.simd.convScratch(shape) / 16) * 16; // whole cache lines, so that threads share none
  machine.withScratch([own * machine.threads], (scratch) => body({ shape, scratch, scratchBytes: 4 * own }));
}

/** Convolves images with packed weights; one unit of work is an image. */
function convolve(
  machine: Machine,
  { shape, scratch, scratchBytes }: Workspace,
  [from, panels, bias, to]: readonly [from: number, panels: number, bias: number, to: number],
  images: number,
): void {
  machine.parallel('convForward', [shape, from, panels, bias, to, scratch], images, {
    scratch: { argument: 5, bytes: scratchBytes },
  });
}

export const conv2dOverrides: Readonly<Record<string, KernelOverride>> = {
  conv2d: (machine, [x, weight, bias], { constants, length }) => {
    const c = constants as Conv2dConstants;
    const from = machine.channelsLast(x, inputLayout(c));
    const [fromWeight, fromBias] = [machine.plain(weight), machine.plain(bias)];
    const output = machine.allocate(length, outputLayout(c));
    const geometry = forwardGeometry(c);
    if (usesWinograd(c)) {
      const operands = { x: from, weight, bias: fromBias, output: output.address };
      winogradConvolve(machine, shapeOf(machine, geometry), c.batch, operands, false);
      return output;
    }
    withWorkspace(machine, geometry, (workspace) => {
      const panels = machine.packedCopy(
        weight,
        `conv ${weightKey(c)}`,
        panelLength(machine, geometry),
        (to) => machine.run('packConvWeights', [workspace.shape, fromWeight, to]),
      );
      convolve(machine, workspace, [from, panels, fromBias, output.address], c.batch);
    });
    return output;
  },

  conv2dGradInput: (machine, [grad, weight], { constants, length }) => {
    const c = constants as Conv2dConstants;
    const from = machine.channelsLast(grad, outputLayout(c));
    const fromWeight = machine.plain(weight);
    const output = machine.allocate(length, inputLayout(c));
    const geometry = backwardGeometry(c);
    if (usesWinograd(c)) {
      const operands = { x: from, weight, bias: 0, output: output.address };
      winogradConvolve(machine, shapeOf(machine, geometry), c.batch, operands, true);
      return output;
    }
    withWorkspace(machine, geometry, (workspace) => {
      const panels = machine.packedCopy(
        weight,
        `turned ${weightKey(c)}`,
        panelLength(machine, geometry),
        (to) => machine.run('packConvWeightsFlipped', [workspace.shape, fromWeight, to]),
      );
      convolve(machine, workspace, [from, panels, 0, output.address], c.batch);
    });
    return output;
  },

  conv2dGradWeight: (machine, [x, grad], { constants, length }) => {
    const c = constants as Conv2dConstants;
    const from = machine.channelsLast(x, inputLayout(c));
    const fromGrad = machine.channelsLast(grad, outputLayout(c));
    const output = machine.allocate(length);
    const geometry = forwardGeometry(c);
    if (usesWinograd(c)) {
      const operands = { x: from, grad: fromGrad, gradWeight: output.address };
      winogradGradWeight(machine, shapeOf(machine, geometry), c, operands);
      return output;
    }
    withWorkspace(machine, geometry, ({ shape, scratch, scratchBytes }) =>
      machine.withScratch([panelLength(machine, geometry)], (panels) => {
        const tiles = machine.simd.convGradTiles(shape);
        // Every call pads all images anew, so a thread takes its whole share of the tiles at once.
        machine.parallel('convGradWeight', [shape, from, fromGrad, c.batch, panels, scratch], tiles, {
          least: Math.ceil(tiles / machine.threads),
          scratch: { argument: 5, bytes: scratchBytes },
        });
        machine.run('unpackConvWeights', [shape, panels, output.address]);
      }),
    );
    return output;
  },
};

// The Winograd way to run a convolution and its two gradients, where it wins: kernels/simd/winograd.ts. The way for
// everything else is in conv2d.ts. Every function takes the address of a prepared ConvShape. Imports the machine.

import type { Conv2dConstants } from '../../../../kernels/conv2d.js';
import type { Machine, WasmBuffer } from './machine.js';

/** Outputs along each side of a tile. */
const TILE = 4;

/** With fewer channels the transforms cost about what they save. */
const LEAST_CHANNELS = 16;

/** With fewer tiles transforming the filters costs more than it saves. */
const LEAST_TILES = 4;

/**
 * Whether F(4x4, 3x3) applies to a convolution, and is faster than the direct one: 3x3 windows that move by one
 * pixel, enough channels, and planes that fill their tiles by half.
 *
 * Direct time over Winograd's, 32 images, Node 20: with 16 channels 1.4 to 1.9, with 64 channels 2.3 to 3.0, with 8
 * channels 1.0 to 1.4; on planes of 4x4 1.8 to 2.5, of 5x5 (25 of 64 used) 0.7 to 1.1, of 6x6 1.1 to 1.6.
 */
export function usesWinograd(c: Conv2dConstants): boolean {
  const simple = [c.strideY, c.strideX, c.dilationY, c.dilationX, c.groups].every((value) => value === 1);
  const tiles = Math.ceil(c.outHeight / TILE) * Math.ceil(c.outWidth / TILE);
  return (
    simple &&
    c.kernelHeight === 3 &&
    c.kernelWidth === 3 &&
    Math.max(c.padY, c.padX) <= 2 && // more would be a negative padding of the input gradient
    Math.min(c.inChannels, c.outChannels) >= LEAST_CHANNELS &&
    2 * c.outHeight * c.outWidth >= TILE * TILE * tiles &&
    c.batch * tiles >= LEAST_TILES
  );
}

/** Whole cache lines, so that threads share none. */
const wholeLines = (floats: number): number => Math.ceil(floats / 16) * 16;

export interface WinogradOperands {
  readonly x: number;
  /** Filters in PyTorch's order. */
  readonly weight: WasmBuffer;
  /** Address, or 0 for none. */
  readonly bias: number;
  readonly output: number;
}

/**
 * Convolves images. With `flipped` this is the input gradient: `shape` is that of the convolution that takes
 * gradients back, `weight` still that of the forward one.
 */
export function winogradConvolve(
  machine: Machine,
  shape: number,
  images: number,
  { x, weight, bias, output }: WinogradOperands,
  flipped: boolean,
): void {
  const fromWeight = machine.plain(weight);
  const [panels, length] = [machine.simd.winogradPanels(shape), machine.simd.winogradFilterFloats(shape)];
  // Panels and length tell the number of channels on either side.
  const key = `winograd${flipped ? ' turned' : ''} ${panels} ${length}`;
  const filters = machine.packedCopy(weight, key, length, (to) =>
    packFilters(machine, shape, fromWeight, flipped, to),
  );
  convolveStrips(machine, shape, images, [x, filters, bias, output], false);
}

/** Transforms filters (OIHW) from one address to another. */
export function packFilters(
  machine: Machine,
  shape: number,
  weight: number,
  flipped: boolean,
  filters: number,
): void {
  const own = wholeLines(machine.simd.winogradScratch(shape));
  machine.withScratch([own * machine.threads], (scratch) => {
    machine.parallel(
      'packWinogradFilters',
      [shape, weight, +flipped, filters, scratch],
      machine.simd.winogradPanels(shape),
      { scratch: { argument: 4, bytes: 4 * own } },
    );
  });
}

/** Convolves images with transformed filters; with `pooled`, through ReLU and 2x2 max-pooling too. */
export function convolveStrips(
  machine: Machine,
  shape: number,
  images: number,
  [x, filters, bias, output]: readonly [x: number, filters: number, bias: number, output: number],
  pooled: boolean,
): void {
  const { simd } = machine;
  const own = wholeLines(simd.winogradScratch(shape));
  machine.withScratch([own * machine.threads], (scratch) => {
    const strips = images * simd.winogradStrips(shape);
    // Every thread takes equally many blocks, and the blocks are as equal as they can be.
    const rounds = Math.ceil(strips / (machine.threads * simd.winogradBlockStrips(shape)));
    machine.parallel('winogradForward', [shape, x, filters, bias, output, +pooled, scratch], strips, {
      chunk: Math.ceil(strips / (machine.threads * rounds)),
      scratch: { argument: 6, bytes: 4 * own },
    });
  });
}

/** Addresses of images, of the gradients of their outputs, and of the result. */
export interface WinogradGradOperands {
  readonly x: number;
  readonly grad: number;
  readonly gradWeight: number;
}

/** The gradient of the filters: sums over parts of the images, then over the parts. `outChannels` is that of the shape. */
export function winogradGradWeight(
  machine: Machine,
  shape: number,
  { batch, outChannels }: { readonly batch: number; readonly outChannels: number },
  { x, grad, gradWeight }: WinogradGradOperands,
): void {
  const { simd } = machine;
  const parts = simd.winogradGradUnits(batch);
  const own = wholeLines(simd.winogradGradScratch(shape, batch));
  const lengths = [own * machine.threads, simd.winogradGradSums(shape, batch)];
  machine.withScratch(lengths, (scratch, sums) => {
    machine.parallel('winogradGradParts', [shape, x, grad, batch, sums, scratch], parts, {
      chunk: 1,
      scratch: { argument: 5, bytes: 4 * own },
    });
    machine.parallel('winogradGradFilters', [shape, sums, parts, gradWeight], outChannels);
  });
}

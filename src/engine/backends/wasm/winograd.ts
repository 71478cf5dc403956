// Winograd convolution and its two gradients (kernels/simd/winograd.ts), and the rule for when to
// use it. All other convolutions are in conv2d.ts. `shape` is the address of a prepared ConvShape.

import type { ConvGeometry } from '#simd/interface';
import type { Conv2dConstants } from '../../../../kernels/conv2d.js';
import type { Dispatch, Machine, ParallelOptions, WasmBuffer } from './machine.js';

/** Outputs along each side of the smallest and of the largest tile. */
const [MIN_TILE, MAX_TILE] = [3, 5];

/** The transforms take eight channels at a time. */
const TRANSFORM_CHANNELS = 8;

/** With fewer channels, the transforms cost about as much as they save. */
const MIN_CHANNELS = 16;

/** With fewer tiles, transforming the filters costs more than it saves. */
const MIN_TILES = 4;

/** Whether Winograd's algorithm applies to a convolution: 3x3 windows that move by one pixel, no groups. */
function isWinogradShape(c: Conv2dConstants): boolean {
  const isUnitStride = [c.strideY, c.strideX, c.dilationY, c.dilationX, c.groups].every(
    (value) => value === 1,
  );
  return (
    isUnitStride &&
    Math.min(c.inChannels, c.outChannels) >= TRANSFORM_CHANNELS &&
    c.kernelHeight === 3 &&
    c.kernelWidth === 3 &&
    Math.max(c.padY, c.padX) <= 2 // more would be a negative padding of the input gradient
  );
}

/**
 * Whether Winograd convolution is faster than the direct one: enough channels, and planes not smaller
 * than a tile.
 */
function isWinogradFaster(c: Conv2dConstants): boolean {
  const tiles = Math.ceil(c.outHeight / MAX_TILE) * Math.ceil(c.outWidth / MAX_TILE);
  return (
    Math.min(c.inChannels, c.outChannels) >= MIN_CHANNELS &&
    Math.min(c.outHeight, c.outWidth) >= MIN_TILE &&
    c.batch * tiles >= MIN_TILES
  );
}

/** Whether a convolution uses Winograd's algorithm: where it applies and is faster, by default. */
export function usesWinograd(c: Conv2dConstants, dispatch: Dispatch = 'auto'): boolean {
  if (dispatch === 'direct' || !isWinogradShape(c)) return false;
  return dispatch === 'winograd' || isWinogradFaster(c);
}

/** Whole cache lines, so that threads share none. */
const alignToCacheLine = (floats: number): number => Math.ceil(floats / 16) * 16;

export interface WinogradOperands {
  readonly images: number;
  readonly x: number;
  /** Filters in PyTorch's order. */
  readonly weight: WasmBuffer;
  /** Address, or 0 for none. */
  readonly bias: number;
  readonly output: number;
}

/**
 * Everything that transformed filters depend on besides the weights. The number of points along each
 * axis follows from the tiles of the output plane.
 */
export function filterKey(
  machine: Machine,
  { inChannels, outChannels, outHeight, outWidth }: ConvGeometry,
): string {
  const points = [outHeight, outWidth].map((size) => machine.simd.pointCount(size));
  return ['winograd', inChannels, outChannels, ...points].join(' ');
}

/**
 * Convolves images. With `flipped` this is the input gradient: `geometry` and `shape` are those of
 * inputGradientGeometry, `weight` that of the forward pass.
 */
export function winogradConvolve(
  machine: Machine,
  geometry: ConvGeometry,
  shape: number,
  { images, x, weight, bias, output }: WinogradOperands,
  flipped: boolean,
): void {
  const fromWeight = machine.rowMajor(weight);
  const length = machine.simd.winogradFilterFloats(shape);
  const key = `${filterKey(machine, geometry)}${flipped ? ' flipped' : ''}`;
  const filters = machine.packedCopies.find(weight, key, length, (to) =>
    packFilters(machine, shape, fromWeight, flipped, to),
  );
  convolveImages(machine, shape, images, [x, filters, bias, output]);
}

/** Transforms filters (OIHW) from one address to another. */
export function packFilters(
  machine: Machine,
  shape: number,
  weight: number,
  flipped: boolean,
  filters: number,
): void {
  const perThread = alignToCacheLine(machine.simd.winogradScratch(shape));
  machine.withScratch([perThread * machine.threads], (scratch) => {
    machine.parallel(
      'packWinogradFilters',
      [shape, weight, +flipped, filters, scratch],
      machine.simd.winogradPanels(shape),
      { scratch: { argument: 4, bytes: 4 * perThread } },
    );
  });
}

/** Addresses of the operands of a convolution with packed filters; a bias of 0 is none. */
export type PackedOperands = readonly [x: number, filters: number, bias: number, output: number];

/** Convolves images with transformed filters. */
function convolveImages(
  machine: Machine,
  shape: number,
  images: number,
  operands: PackedOperands,
): void {
  const block = machine.simd.winogradBlockStrips(shape);
  const strips = images * machine.simd.winogradStrips(shape);
  withBlocks(machine, shape, strips, block, (scratch, options) =>
    machine.parallel('winogradForward', [shape, ...operands, scratch], strips, options),
  );
}

/**
 * The same, followed by ReLU and 2x2 max-pooling. If there are fewer images than threads, several
 * threads divide the output channels of an image.
 */
export function convolveImagesPooled(
  machine: Machine,
  shape: number,
  images: number,
  operands: PackedOperands,
): void {
  const { simd, threads } = machine;
  const parts = images < threads ? Math.min(simd.winogradPanels(shape), threads) : 1;
  const block = simd.winogradBlockStrips(shape) / simd.winogradStrips(shape);
  withBlocks(machine, shape, images * parts, parts > 1 ? 1 : block, (scratch, options) =>
    machine.parallel(
      'winogradForwardPooled',
      [shape, ...operands, scratch, parts],
      images * parts,
      options,
    ),
  );
}

/**
 * Scratch memory, and chunks of `units` units of work for the threads: every thread takes equally many
 * blocks, of nearly equal size.
 */
function withBlocks(
  machine: Machine,
  shape: number,
  units: number,
  block: number,
  body: (scratch: number, options: ParallelOptions) => void,
): void {
  const perThread = alignToCacheLine(machine.simd.winogradScratch(shape));
  const rounds = Math.ceil(units / (machine.threads * Math.max(1, Math.floor(block))));
  machine.withScratch([perThread * machine.threads], (scratch) =>
    body(scratch, {
      chunk: Math.ceil(units / (machine.threads * rounds)),
      scratch: { argument: 5, bytes: 4 * perThread },
    }),
  );
}

/** Addresses of the images, of the output gradient, and of the result. */
export interface WinogradGradOperands {
  readonly x: number;
  readonly grad: number;
  readonly gradWeight: number;
}

/**
 * The gradient of the filters: sums over parts of the images, then over the parts.
 * `outChannels` is that of the shape.
 */
export function winogradGradWeight(
  machine: Machine,
  shape: number,
  { batch, outChannels }: { readonly batch: number; readonly outChannels: number },
  { x, grad, gradWeight }: WinogradGradOperands,
): void {
  const { simd } = machine;
  const parts = simd.winogradGradUnits(batch);
  const perThread = alignToCacheLine(simd.winogradGradScratch(shape, batch));
  const lengths = [perThread * machine.threads, simd.winogradGradSums(shape, batch)];
  machine.withScratch(lengths, (scratch, sums) => {
    machine.parallel('winogradGradParts', [shape, x, grad, batch, sums, scratch], parts, {
      chunk: 1,
      scratch: { argument: 5, bytes: 4 * perThread },
    });
    machine.parallel('winogradGradFilters', [shape, sums, parts, gradWeight], outChannels);
  });
}

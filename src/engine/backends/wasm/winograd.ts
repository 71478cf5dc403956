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

/** Scratch memory for every thread, from the given address on. */
interface Scratch {
  readonly address: number;
  readonly bytes: number;
}

/** Calls `body` with blocks of the given lengths, and with scratch memory for every thread. */
function withBlocks(
  machine: Machine,
  shape: number,
  lengths: readonly number[],
  body: (scratch: Scratch, ...addresses: number[]) => void,
): void {
  const own = Math.ceil(machine.simd.winogradScratch(shape) / 16) * 16; // whole cache lines, so that threads share none
  machine.withScratch([own * machine.threads, ...lengths], (address, ...addresses) =>
    body({ address, bytes: 4 * own }, ...addresses),
  );
}

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
  const { simd } = machine;
  const fromWeight = machine.plain(weight);
  withBlocks(machine, shape, [], ({ address, bytes }) => {
    const [panels, length] = [simd.winogradPanels(shape), simd.winogradFilterFloats(shape)];
    // Panels and length tell the number of channels on either side.
    const key = `winograd${flipped ? ' turned' : ''} ${panels} ${length}`;
    const filters = machine.packedCopy(weight, key, length, (to) => {
      const scratch = { argument: 4, bytes };
      machine.parallel('packWinogradFilters', [shape, fromWeight, +flipped, to, address], panels, {
        scratch,
      });
    });
    const strips = images * simd.winogradStrips(shape);
    machine.parallel('winogradForward', [shape, x, filters, bias, output, address], strips, {
      chunk: Math.min(simd.winogradBlockStrips(shape), Math.ceil(strips / machine.threads)),
      scratch: { argument: 5, bytes },
    });
  });
}

/** What the weight gradient is made of: images, the gradients of their outputs, and where it goes. */
export interface WinogradGradOperands {
  readonly x: Images;
  readonly grad: Images;
  readonly gradWeight: number;
}

/** Images, one behind the other. */
export interface Images {
  readonly address: number;
  /** Floats of one image. */
  readonly length: number;
}

/**
 * The gradient of the filters. `outChannels` is that of the shape.
 *
 * Group after group of images is transformed and multiplied. The groups depend on the shape and the number of images
 * only, so the result does not depend on the number of threads.
 */
export function winogradGradWeight(
  machine: Machine,
  shape: number,
  { batch, outChannels }: { readonly batch: number; readonly outChannels: number },
  { x, grad, gradWeight }: WinogradGradOperands,
): void {
  const { simd } = machine;
  const groups = Math.ceil(batch / simd.winogradGroupImages(shape));
  const group = Math.ceil(batch / groups); // of equal size, as nearly as can be
  const lengths = [
    simd.winogradInputFloats(shape, group),
    simd.winogradGradFloats(shape, group),
    simd.winogradSumFloats(shape),
  ];
  withBlocks(machine, shape, lengths, ({ address, bytes }, inputs, grads, sums) => {
    for (let n = 0; n < batch; n += group) {
      const images = Math.min(group, batch - n);
      const [fromX, fromGrad] = [x, grad].map((each) => each.address + 4 * n * each.length);
      const strips = images * simd.winogradStrips(shape);
      machine.parallel(
        'winogradGradTiles',
        [shape, fromX, fromGrad, images, inputs, grads, address],
        strips,
        { scratch: { argument: 6, bytes } },
      );
      const units = simd.winogradGradUnits(shape);
      machine.parallel('winogradGradProducts', [shape, inputs, grads, images, sums, +(n === 0)], units);
    }
    machine.parallel('winogradGradFilters', [shape, sums, gradWeight], outChannels);
  });
}

// Adaptive pooling: the size of the output is given, the windows follow from it. The formulas are in
// kernels/adaptivePool.ts. Where the output size divides that of the image, the windows are those of
// ordinary pooling, whose faster kernels are used.

import * as kernels from '../../../kernels/adaptivePool.js';
import type { AdaptivePoolConstants } from '../../../kernels/adaptivePool.js';
import { maxPool } from '../../../kernels/pool.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { checkIndexRange, launch } from '../launch.js';
import { defineOp } from '../op.js';
import { describeValue } from '../options.js';
import { defineRoutine } from '../routine.js';
import { anywhere, distinct } from '../sample.js';
import { format, type Shape } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { asRow, fromRow } from './internal/lines.js';
import { checkImages } from './internal/window.js';
import { avgPool2dOp, globalAvgPool2d, maxPool2dOp } from './pool.js';

/** Height and width of the output; null keeps that of the input. One number is a square. */
export type AdaptiveSize = number | readonly [number | null, number | null];

/** Attributes of the ops of adaptive pooling: height and width of the output. */
export interface AdaptivePoolAttributes {
  readonly size: readonly [number, number];
}

/** Elements of the largest of `count` windows that divide `size` elements; see the kernels. */
function largestWindow(size: number, count: number): number {
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const start = Math.floor((i * size) / count);
    largest = Math.max(largest, Math.ceil(((i + 1) * size) / count) - start);
  }
  return largest;
}

function geometry(x: Shape, [outHeight, outWidth]: readonly [number, number]) {
  const [images, channels, height, width] = x;
  return {
    planes: images * channels,
    channels,
    height,
    width,
    outHeight,
    outWidth,
    windowHeight: largestWindow(height, outHeight),
    windowWidth: largestWindow(width, outWidth),
    overlapY: largestWindow(outHeight, height),
    overlapX: largestWindow(outWidth, width),
  } satisfies AdaptivePoolConstants;
}

/** Shape of the output. @throws ShapeError unless x is [N, C, H, W] with H and W at least 1 */
function pooledShape(x: Shape, size: readonly [number, number], caller: string): Shape {
  checkImages(x, caller);
  if (x[2] === 0 || x[3] === 0) {
    throw new ShapeError(`${caller}: images ${format(x)} have no pixels; needs at least 1 x 1`);
  }
  return [x[0], x[1], ...size];
}

/** The op behind `adaptiveAvgPool2d`: one input [N, C, H, W]. */
export const adaptiveAvgPool2dOp = defineOp<AdaptivePoolAttributes>({
  name: 'adaptiveAvgPool2d',
  infer: ([x], { size }) => pooledShape(x, size, 'adaptiveAvgPool2d'),
  forward: ([x], { size }) => {
    const shape = [x.shape[0], x.shape[1], ...size];
    return launch(kernels.adaptiveAvgPool, [x], shape, geometry(x.shape, size));
  },
  backward: ({ grad, inputs: [x], attributes: { size } }) => [
    () => launch(kernels.adaptiveAvgPoolGrad, [grad], x.shape, geometry(x.shape, size)),
  ],
  samples: [
    { title: '5x7 to 3x2', inputs: [anywhere(2, 2, 5, 7)], attributes: { size: [3, 2] } },
    { title: '2x3 to 4x5', inputs: [anywhere(1, 2, 2, 3)], attributes: { size: [4, 5] } },
    { title: '6x6 to 4x3', inputs: [anywhere(1, 3, 6, 6)], attributes: { size: [4, 3] } },
  ],
});

/** x -> the maximum of each window, and its index in the plane. */
export const adaptiveMaxPool2dRoutine = defineRoutine<AdaptivePoolConstants>({
  name: 'adaptiveMaxPool2d',
  outputs: ({ planes, outHeight, outWidth }) => [
    [planes, outHeight, outWidth],
    [planes, outHeight, outWidth],
  ],
  compose: ([x], g) => {
    const shape = [g.planes, g.outHeight, g.outWidth];
    const index = launch(kernels.adaptiveMaxPoolIndex, [x], shape, g);
    return [launch(maxPool, [x, index], shape, g), index];
  },
});

/** The op behind `adaptiveMaxPool2d`: one input [N, C, H, W]. */
export const adaptiveMaxPool2dOp = defineOp<AdaptivePoolAttributes>({
  name: 'adaptiveMaxPool2d',
  infer: ([x], { size }) => pooledShape(x, size, 'adaptiveMaxPool2d'),
  forward: ([x], { size }, save) => {
    const g = geometry(x.shape, size);
    checkIndexRange(x, g.height * g.width, 'adaptiveMaxPool2d');
    const [y, index] = adaptiveMaxPool2dRoutine([x], g);
    save(index);
    return y.reshape([x.shape[0], x.shape[1], ...size]);
  },
  // The gradient goes to the index of the maximum.
  backward: ({ grad, inputs: [x], attributes: { size }, saved: [index] }) => [
    () => launch(kernels.adaptiveMaxPoolGrad, [grad, index], x.shape, geometry(x.shape, size)),
  ],
  samples: [
    { title: '5x7 to 3x2', inputs: [distinct(2, 2, 5, 7)], attributes: { size: [3, 2] } },
    { title: '2x3 to 4x5', inputs: [distinct(1, 2, 2, 3)], attributes: { size: [4, 5] } },
    { title: '6x6 to 4x3', inputs: [distinct(1, 3, 6, 6)], attributes: { size: [4, 3] } },
  ],
});

/**
 * Resolves the size of the output for images x.
 *
 * @throws ArgumentError unless both sizes are integers of at least 0, or null
 */
function resolveSize(size: AdaptiveSize, x: Shape, caller: string): [number, number] {
  const sizes = typeof size === 'number' ? [size, size] : size;
  const valid =
    Array.isArray(sizes) &&
    sizes.length === 2 &&
    sizes.every((one: unknown) => one === null || (Number.isInteger(one) && (one as number) >= 0));
  if (!valid) {
    throw new ArgumentError(
      `${caller}: the output size must be a whole number of at least 0, or a pair ` +
        `[height, width] of such numbers or null, got ${describeValue(size)}`,
    );
  }
  return [sizes[0] ?? x[2], sizes[1] ?? x[3]];
}

/** Whether the windows are those of ordinary pooling. */
const divides = ([, , height, width]: Shape, [outHeight, outWidth]: readonly number[]): boolean =>
  height % outHeight === 0 && width % outWidth === 0;

/** Pools images to a size with the ordinary op if it has these windows, otherwise the adaptive one. */
function poolTo(x: Tensor, size: readonly [number, number], kind: 'avg' | 'max'): Tensor {
  const caller = kind === 'avg' ? 'adaptiveAvgPool2d' : 'adaptiveMaxPool2d';
  pooledShape(x.shape, size, caller);
  if (!divides(x.shape, size)) {
    return kind === 'avg' ? adaptiveAvgPool2dOp([x], { size }) : adaptiveMaxPool2dOp([x], { size });
  }
  if (kind === 'avg' && size[0] === 1 && size[1] === 1) return globalAvgPool2d(x);
  const window = [x.shape[2] / size[0], x.shape[3] / size[1]] as const;
  return kind === 'avg' ? avgPool2dOp([x], { window }) : maxPool2dOp([x], { window });
}

/** Adaptive pooling of images. */
function pool2d(x: Tensor, size: AdaptiveSize, kind: 'avg' | 'max', caller: string): Tensor {
  checkTensor(x, `${caller}: x`);
  checkImages(x.shape, caller);
  return poolTo(x, resolveSize(size, x.shape, caller), kind);
}

/** Adaptive pooling of sequences, as images with one row. */
function pool1d(x: Tensor, size: number, kind: 'avg' | 'max', caller: string): Tensor {
  const images = asRow(x, caller);
  const [, length] = resolveSize([1, size], images.shape, caller);
  return fromRow(poolTo(images, [1, length], kind));
}

/**
 * Mean of each of `size` windows that divide the image as evenly as possible: window i of an axis
 * of H elements covers floor(i H / size) to ceil((i + 1) H / size) - 1. Windows overlap where `size`
 * does not divide H.
 *
 * @param x [N, C, H, W]
 * @param size size of the output: one number, or [height, width]; null keeps the size of x
 * @returns [N, C, height, width]
 * @throws ShapeError unless x has 4 axes and at least one pixel
 * @throws ArgumentError if a size is not an integer of at least 0
 * @example
 * scope(() => print(adaptiveAvgPool2d(ones([1, 2, 7, 5]), [3, null]).shape)); // [1, 2, 3, 5]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 */
export function adaptiveAvgPool2d(x: Tensor, size: AdaptiveSize): Tensor {
  return pool2d(x, size, 'avg', 'adaptiveAvgPool2d');
}

/**
 * Maximum of each of `size` windows that divide the image as evenly as possible; windows, shapes
 * and errors as in `adaptiveAvgPool2d`. Of equal elements the first in row-major order.
 *
 * @throws ArgumentError if an image has more than 2^24 pixels on a float32 backend
 * @example
 * scope(() => print(adaptiveMaxPool2d(ones([1, 2, 7, 5]), 2).shape)); // [1, 2, 2, 2]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
 */
export function adaptiveMaxPool2d(x: Tensor, size: AdaptiveSize): Tensor {
  return pool2d(x, size, 'max', 'adaptiveMaxPool2d');
}

/**
 * Mean of each of `size` windows that divide a sequence as evenly as possible; see
 * `adaptiveAvgPool2d`.
 *
 * @param x [N, C, L]
 * @returns [N, C, size]
 * @throws ShapeError unless x has 3 axes and L is at least 1
 * @throws ArgumentError if the size is not an integer of at least 0
 * @example
 * const y = scope(() => adaptiveAvgPool1d(tensor([[[1, 2, 3]]]), 2).data());
 * print(await y); // [1.5, 2.5]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
 */
export function adaptiveAvgPool1d(x: Tensor, size: number): Tensor {
  return pool1d(x, size, 'avg', 'adaptiveAvgPool1d');
}

/**
 * Maximum of each of `size` windows that divide a sequence as evenly as possible; shapes and errors
 * as in `adaptiveAvgPool1d`.
 *
 * @example
 * const y = scope(() => adaptiveMaxPool1d(tensor([[[1, 2, 3]]]), 2).data());
 * print(await y); // [2, 3]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html
 */
export function adaptiveMaxPool1d(x: Tensor, size: number): Tensor {
  return pool1d(x, size, 'max', 'adaptiveMaxPool1d');
}

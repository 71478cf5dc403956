// Pooling over images [N, C, H, W]: maximum and mean under a sliding window, and global average
// pooling.

import { checkOptions } from '../options.js';
import * as kernels from '../../../kernels/pool.js';
import type { PoolConstants } from '../../../kernels/pool.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { checkIndexRange, launch } from '../launch.js';
import { defineOp } from '../op.js';
import { defineRoutine } from '../routine.js';
import { anywhere, distinct } from '../sample.js';
import { format, type Shape } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { mean } from './reduce.js';
import { checkImages, pair, outputSize, type Pair } from './internal/window.js';

/** Options of `maxPool2d`; a pair is one number for both directions or [vertical, horizontal]. */
export interface PoolOptions {
  /** Size of the window. */
  readonly window: Pair;
  /** Step between windows. Default: the window size, so windows do not overlap. */
  readonly stride?: Pair;
  /**
   * Padding on each side of the image, at most half a window. Never the maximum; zeros for the
   * mean. Default 0.
   */
  readonly padding?: Pair;
  /**
   * Whether to round the number of windows up, so that the last window may extend beyond the
   * padding. Default false.
   */
  readonly ceilMode?: boolean;
}

/** Options of `avgPool2d`. */
export interface AvgPoolOptions extends PoolOptions {
  /**
   * Whether the mean includes the zeros of the padding. What lies beyond the padding is never
   * included. Default true, as in PyTorch.
   */
  readonly countPadding?: boolean;
}

/**
 * Sizes of the pooling of images [N, C, H, W].
 *
 * @throws ShapeError or ArgumentError if the options do not match the images
 */
export function poolGeometry(x: Shape, options: AvgPoolOptions, caller: string): PoolConstants {
  checkImages(x, caller);
  const [windowHeight, windowWidth] = pair(options.window, 1, caller, 'window');
  const [strideY, strideX] = pair(options.stride ?? options.window, 1, caller, 'stride');
  const [padY, padX] = pair(options.padding ?? 0, 0, caller, 'padding');
  if (padY > windowHeight / 2 || padX > windowWidth / 2) {
    throw new ArgumentError(
      `${caller}: padding [${padY},${padX}] must be at most half the window [${windowHeight},${windowWidth}]`,
    );
  }
  const [images, channels, height, width] = x;
  const { ceilMode = false } = options;
  const outHeight = outputSize(height, windowHeight, strideY, padY, 1, ceilMode);
  const outWidth = outputSize(width, windowWidth, strideX, padX, 1, ceilMode);
  if (outHeight < 1 || outWidth < 1) {
    throw new ShapeError(
      `${caller}: the window [${windowHeight},${windowWidth}] is larger than the image ${format(x)}`,
    );
  }
  return {
    planes: images * channels,
    channels,
    height,
    width,
    outHeight,
    outWidth,
    windowHeight,
    windowWidth,
    strideY,
    strideX,
    padY,
    padX,
    countPadding: (options.countPadding ?? true) ? 1 : 0,
  };
}

/** x -> the maximum under each window, and its index in the plane. */
export const maxPool2dRoutine = defineRoutine<PoolConstants>({
  name: 'maxPool2d',
  outputs: ({ planes, outHeight, outWidth }) => [
    [planes, outHeight, outWidth],
    [planes, outHeight, outWidth],
  ],
  compose: ([x], g) => {
    const shape = [g.planes, g.outHeight, g.outWidth];
    const index = launch(kernels.maxPoolIndex, [x], shape, g);
    return [launch(kernels.maxPool, [x, index], shape, g), index];
  },
});

/** Shape of the output: [N, C, outHeight, outWidth]. */
export const pooledShape = (x: Shape, g: PoolConstants): Shape => [
  x[0],
  x[1],
  g.outHeight,
  g.outWidth,
];

/** The op behind `maxPool2d`: one input [N, C, H, W]. */
export const maxPool2dOp = defineOp<PoolOptions>({
  name: 'maxPool2d',
  infer: ([x], options) => pooledShape(x, poolGeometry(x, options, 'maxPool2d')),
  forward: ([x], options, save) => {
    const g = poolGeometry(x.shape, options, 'maxPool2d');
    checkIndexRange(x, g.height * g.width, 'maxPool2d');
    const [y, index] = maxPool2dRoutine([x], g);
    save(index);
    return y.reshape(pooledShape(x.shape, g));
  },
  // The gradient goes to the index of the maximum.
  backward: ({ grad, inputs: [x], attributes, saved: [index] }) => [
    () =>
      launch(
        kernels.maxPoolGrad,
        [grad, index],
        x.shape,
        poolGeometry(x.shape, attributes, 'maxPool2d'),
      ),
  ],
  samples: [
    { title: '2x2', inputs: [distinct(2, 3, 4, 6)], attributes: { window: 2 } },
    { title: '2x2 on an odd size', inputs: [distinct(1, 5, 5, 7)], attributes: { window: 2 } },
    {
      title: 'overlapping',
      inputs: [distinct(1, 2, 6, 5)],
      attributes: { window: 3, stride: 2, padding: 1 },
    },
    {
      title: 'ceil mode',
      inputs: [distinct(2, 2, 6, 5)],
      attributes: { window: 3, stride: [2, 3], padding: [1, 0], ceilMode: true },
    },
    {
      title: 'oblong',
      inputs: [distinct(2, 1, 5, 6)],
      attributes: { window: [2, 3], stride: [1, 2] },
    },
  ],
});

/** The op behind `avgPool2d`: one input [N, C, H, W]. */
export const avgPool2dOp = defineOp<AvgPoolOptions>({
  name: 'avgPool2d',
  infer: ([x], options) => pooledShape(x, poolGeometry(x, options, 'avgPool2d')),
  forward: ([x], options) => {
    const g = poolGeometry(x.shape, options, 'avgPool2d');
    return launch(kernels.avgPool, [x], pooledShape(x.shape, g), g);
  },
  backward: ({ grad, inputs: [x], attributes }) => [
    () =>
      launch(kernels.avgPoolGrad, [grad], x.shape, poolGeometry(x.shape, attributes, 'avgPool2d')),
  ],
  samples: [
    { title: '2x2', inputs: [anywhere(2, 2, 4, 5)], attributes: { window: 2 } },
    {
      title: 'overlapping',
      inputs: [anywhere(1, 2, 6, 5)],
      attributes: { window: 3, stride: 2, padding: 1 },
    },
    {
      title: 'padding not counted',
      inputs: [anywhere(1, 2, 5, 5)],
      attributes: { window: 3, stride: [1, 2], padding: 1, countPadding: false },
    },
    {
      title: 'ceil mode',
      inputs: [anywhere(1, 2, 6, 5)],
      attributes: { window: 3, stride: [2, 3], padding: 1, ceilMode: true },
    },
    {
      title: 'ceil mode, padding not counted',
      inputs: [anywhere(1, 2, 6, 4)],
      attributes: {
        window: [3, 2],
        stride: [2, 3],
        padding: 1,
        ceilMode: true,
        countPadding: false,
      },
    },
  ],
});

/**
 * Maximum under each window; of equal elements the first in row-major order.
 *
 * @param x [N, C, H, W]
 * @returns [N, C, H', W'] with H' = floor((H + 2 padding - window) / stride) + 1; ceil instead of
 *   floor with `ceilMode`, without a window that would start beyond the image
 * @throws ShapeError or ArgumentError if the options do not match the images
 * @example
 * print(await scope(() => maxPool2d(tensor([[[[1, 2], [3, 4]]]]), { window: 2 }).data())); // [4]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 */
export function maxPool2d(x: Tensor, options: PoolOptions): Tensor {
  checkOptions('maxPool2d', options, {
    window: true,
    stride: true,
    padding: true,
    ceilMode: true,
  });
  return maxPool2dOp([x], options);
}

/**
 * Mean under each window; shapes and errors as in `maxPool2d`. The padding counts by default.
 *
 * @example
 * print(await scope(() => avgPool2d(tensor([[[[1, 2], [3, 4]]]]), { window: 2 }).data())); // [2.5]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 */
export function avgPool2d(x: Tensor, options: AvgPoolOptions): Tensor {
  checkOptions('avgPool2d', options, {
    window: true,
    stride: true,
    padding: true,
    ceilMode: true,
    countPadding: true,
  });
  return avgPool2dOp([x], options);
}

/**
 * Mean over each plane: [N, C, H, W] -> [N, C, 1, 1] (PyTorch's adaptive average pooling to 1x1).
 *
 * @throws ShapeError if x does not have 4 axes
 * @example
 * print(await scope(() => globalAvgPool2d(tensor([[[[1, 2], [3, 4]]]])).data())); // [2.5]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 */
export function globalAvgPool2d(x: Tensor): Tensor {
  checkTensor(x, 'globalAvgPool2d: x');
  checkImages(x.shape, 'globalAvgPool2d');
  return mean(x, { axes: [2, 3], keepDims: true });
}

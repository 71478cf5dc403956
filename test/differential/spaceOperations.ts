// Rows of the ops that change the size of images and sequences (one-dimensional and transposed
// convolution, pooling, interpolation), and of group and RMS norm.

import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  type AdaptiveSize,
  avgPool1d,
  conv1d,
  convTranspose1d,
  convTranspose2d,
  groupNorm,
  interpolate,
  maxPool1d,
  rmsNorm,
  type Tensor,
  zeros,
} from '../../src/engine/index.js';
import { argumentError, type ErrorCase, type Operation, option, shapeError } from './operation.js';

const orNull = (x: Tensor | undefined): Tensor | null => x ?? null;

/** The options of a pooling of sequences. */
const pool1dErrors = (op: typeof maxPool1d, name: string): ErrorCase[] => [
  shapeError(RegExp(`^${name}: x must be \\[N, C, L\\], got \\[4,4\\]`), () =>
    op(zeros([4, 4]), { window: 2 }),
  ),
  shapeError(RegExp(`^${name}: the window \\[1,3\\] is larger than the image \\[1,1,1,2\\]`), () =>
    op(zeros([1, 1, 2]), { window: 3 }),
  ),
  argumentError(RegExp(`^${name}: stride must be a whole number of at least 1, got 0`), () =>
    op(zeros([1, 1, 4]), { window: 2, stride: 0 }),
  ),
];

/** Adaptive pooling of images or of sequences. */
const adaptiveErrors = (op: (x: Tensor, size: number) => Tensor, name: string): ErrorCase[] => {
  const space = name.endsWith('1d') ? [0] : [3, 0];
  return [
    shapeError(RegExp(`^${name}: (needs images|x must be)`), () => op(zeros([4, 4]), 2)),
    shapeError(RegExp(`^adaptive.*Pool2d: images .* have no pixels`), () =>
      op(zeros([1, 1, ...space]), 2),
    ),
    argumentError(RegExp(`^${name}: the output size must be a whole number`), () =>
      op(zeros([1, 1, ...space.map(() => 4)]), -1),
    ),
  ];
};

const adaptive = (op: (x: Tensor, size: never) => Tensor, name: string): Operation => ({
  call: ([x], options) => op(x, option(options, 'size')),
  errors: adaptiveErrors(op as (x: Tensor, size: AdaptiveSize) => Tensor, name),
});

/** The rows, by the name of the function. */
export const spaceOperations: Readonly<Record<string, Operation>> = {
  conv1d: {
    call: ([x, weight, bias], options) => conv1d(x, weight, bias, options),
    errors: [
      shapeError(/^conv1d: x must be \[N, C, L\], got \[4,4\]/, () =>
        conv1d(zeros([4, 4]), zeros([2, 1, 1])),
      ),
      shapeError(/^conv1d: weight must be \[O, C\/groups, k\], got \[4,4\]/, () =>
        conv1d(zeros([1, 4, 4]), zeros([4, 4])),
      ),
      shapeError(/^conv1d: input has 3 channels but weight expects 1/, () =>
        conv1d(zeros([1, 3, 4]), zeros([2, 1, 3])),
      ),
      shapeError(/^conv1d: the window is larger than the padded image/, () =>
        conv1d(zeros([1, 1, 2]), zeros([1, 1, 3])),
      ),
      argumentError(/^conv1d: padding "same" requires stride 1/, () =>
        conv1d(zeros([1, 1, 4]), zeros([1, 1, 3]), null, { padding: 'same', stride: 2 }),
      ),
      argumentError(/^conv1d: dilation must be a whole number of at least 1, got 0.5/, () =>
        conv1d(zeros([1, 1, 4]), zeros([1, 1, 1]), null, { dilation: 0.5 }),
      ),
    ],
  },
  convTranspose2d: {
    call: ([x, weight, bias], options) => convTranspose2d(x, weight, bias, options),
    errors: [
      shapeError(
        /^convTranspose2d: input has 3 channels but weight expects 2 \(x \[1,3,4,4\], w/,
        () => convTranspose2d(zeros([1, 3, 4, 4]), zeros([2, 1, 3, 3])),
      ),
      shapeError(/^convTranspose2d: weight must be \[C, O\/groups, kh, kw\]/, () =>
        convTranspose2d(zeros([1, 3, 4, 4]), zeros([3, 1])),
      ),
      shapeError(/^convTranspose2d: 3 input channels do not divide into 2 groups/, () =>
        convTranspose2d(zeros([1, 3, 4, 4]), zeros([3, 1, 1, 1]), null, { groups: 2 }),
      ),
      shapeError(/^convTranspose2d: bias must be \[4\], got \[2\]/, () =>
        convTranspose2d(zeros([1, 2, 4, 4]), zeros([2, 2, 1, 1]), zeros([2]), { groups: 2 }),
      ),
      shapeError(/^convTranspose2d: the output would have 0 x 0 pixels/, () =>
        convTranspose2d(zeros([1, 1, 2, 2]), zeros([1, 1, 1, 1]), null, { padding: 1 }),
      ),
      argumentError(/^convTranspose2d: outputPadding \[2,2\] must be less than the stride/, () =>
        convTranspose2d(zeros([1, 1, 2, 2]), zeros([1, 1, 1, 1]), null, {
          stride: 2,
          outputPadding: 2,
        }),
      ),
    ],
  },
  convTranspose1d: {
    call: ([x, weight, bias], options) => convTranspose1d(x, weight, bias, options),
    errors: [
      shapeError(/^convTranspose1d: x must be \[N, C, L\], got \[4,4\]/, () =>
        convTranspose1d(zeros([4, 4]), zeros([2, 1, 1])),
      ),
      shapeError(/^convTranspose1d: input has 3 channels but weight expects 2/, () =>
        convTranspose1d(zeros([1, 3, 4]), zeros([2, 1, 3])),
      ),
      argumentError(/^convTranspose1d: outputPadding \[0,1\] must be less than the stride/, () =>
        convTranspose1d(zeros([1, 1, 4]), zeros([1, 1, 3]), null, { outputPadding: 1 }),
      ),
    ],
  },

  maxPool1d: {
    call: ([x], options) => maxPool1d(x, options as unknown as { window: number }),
    errors: pool1dErrors(maxPool1d, 'maxPool1d'),
  },
  avgPool1d: {
    call: ([x], options) => avgPool1d(x, options as unknown as { window: number }),
    errors: pool1dErrors(avgPool1d, 'avgPool1d'),
  },
  adaptiveAvgPool2d: adaptive(adaptiveAvgPool2d, 'adaptiveAvgPool2d'),
  adaptiveMaxPool2d: adaptive(adaptiveMaxPool2d, 'adaptiveMaxPool2d'),
  adaptiveAvgPool1d: adaptive(adaptiveAvgPool1d, 'adaptiveAvgPool1d'),
  adaptiveMaxPool1d: adaptive(adaptiveMaxPool1d, 'adaptiveMaxPool1d'),
  interpolate: {
    call: ([x], options) => interpolate(x, options),
    errors: [
      shapeError(/^interpolate: needs \[N, C, H, W\] or \[N, C, L\] .* got \[4,4\]/, () =>
        interpolate(zeros([4, 4]), { size: 2 }),
      ),
      shapeError(/^interpolate: needs .* at least one element .* got \[1,1,0\]/, () =>
        interpolate(zeros([1, 1, 0]), { size: 2 }),
      ),
      argumentError(/^interpolate: needs either size or scaleFactor/, () =>
        interpolate(zeros([1, 1, 2]), { size: 2, scaleFactor: 1 }),
      ),
      argumentError(/^interpolate: size must be one number for an input \[N, C, L\]/, () =>
        interpolate(zeros([1, 1, 2]), { size: [2, 2] }),
      ),
      argumentError(/^interpolate: size must be a whole number of at least 1 .* got 1.5/, () =>
        interpolate(zeros([1, 1, 2]), { size: 1.5 }),
      ),
      argumentError(/^interpolate: scaleFactor \[0.4,0.4\] reduces the image .* to no pixels/, () =>
        interpolate(zeros([1, 1, 2, 2]), { scaleFactor: 0.4 }),
      ),
      argumentError(/^interpolate: mode must be "nearest" or "bilinear" .* got "linear"/, () =>
        interpolate(zeros([1, 1, 2, 2]), { size: 2, mode: 'linear' }),
      ),
      argumentError(/^interpolate: alignCorners applies to the modes/, () =>
        interpolate(zeros([1, 1, 2, 2]), { size: 2, alignCorners: true }),
      ),
    ],
  },
  groupNorm: {
    call: ([x, weight, bias], options) =>
      groupNorm(x, orNull(weight), orNull(bias), options as unknown as { groups: number }),
    errors: [
      shapeError(/^groupNorm: needs \[N, C, ...\], got \[4\]/, () =>
        groupNorm(zeros([4]), null, null, { groups: 2 }),
      ),
      shapeError(/^groupNorm: input has 4 channels but bias has shape \[2\]/, () =>
        groupNorm(zeros([1, 4]), zeros([4]), zeros([2]), { groups: 2 }),
      ),
      argumentError(
        /^groupNorm: needs more than one value per group, got \[1,4\] in 4 groups/,
        () => groupNorm(zeros([1, 4]), null, null, { groups: 4 }),
      ),
      argumentError(/^groupNorm: groups must be a whole number that divides the 4 channels/, () =>
        groupNorm(zeros([1, 4]), null, null, { groups: 3 }),
      ),
    ],
  },
  rmsNorm: {
    call: ([x, weight], options) => rmsNorm(x, weight, options),
    errors: [
      shapeError(/^rmsNorm: the last axes of x \[2,3\] must be those of weight \[2\]/, () =>
        rmsNorm(zeros([2, 3]), zeros([2])),
      ),
    ],
  },
};

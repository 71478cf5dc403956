// Edge cases of the ops that change the size of images and sequences, and of group and RMS norm:
// inputs without elements, NaN, infinities, ties, and windows beyond the padding.

import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool1d,
  conv1d,
  convTranspose2d,
  groupNorm,
  interpolate,
  maxPool1d,
  ones,
  rmsNorm,
  tensor,
  zeros,
} from '../../engine/index.js';
import {
  type EdgeCase,
  gradients,
  inf,
  leaf,
  nan,
  ofOneTensor,
  ofOnes,
  repeat,
} from './edgeCase.js';

export const spaceCases: readonly EdgeCase[] = [
  {
    title: 'convTranspose2d of no images: the gradients of weight and bias are 0',
    run: () => {
      const [x, w] = [leaf([], { shape: [0, 1, 2, 2] }), leaf(ofOnes(8), { shape: [1, 2, 2, 2] })];
      const b = leaf([1, 2]);
      const y = convTranspose2d(x, w, b, { stride: 2 });
      return [y, ...gradients(y, x, w, b)];
    },
    expected: [[], [], repeat(0, 8), [0, 0]],
  },
  {
    title: 'convTranspose2d of no channels: the bias',
    run: () => {
      const [w, b] = [leaf([], { shape: [0, 2, 2, 2] }), leaf([3, 4])];
      const y = convTranspose2d(zeros([1, 0, 2, 1]), w, b, { stride: 2 });
      return [y, ...gradients(y, w, b)];
    },
    expected: [[...repeat(3, 8), ...repeat(4, 8)], [], [8, 8]],
  },
  {
    title: 'convTranspose2d with a stride larger than the window: the gaps have the bias',
    run: () => [
      convTranspose2d(ones([1, 1, 1, 3]), ones([1, 1, 1, 1]), tensor([5]), { stride: 2 }),
    ],
    expected: [[6, 5, 6, 5, 6]],
  },
  {
    title: 'conv1d with padding "same" and an even window: the extra zero is at the end',
    run: () => {
      const [x, w] = [leaf([[[1, 2, 3]]]), leaf([[[1, 10]]])];
      const y = conv1d(x, w, null, { padding: 'same' });
      return [y, ...gradients(y, x, w)];
    },
    expected: [
      [21, 32, 3],
      [1, 11, 11],
      [6, 5],
    ],
  },
  ofOneTensor(
    'maxPool1d: the first of equal elements gets the gradient, or the NaN',
    (x) => maxPool1d(x, { window: 2 }),
    [[[[3, 3, nan, 1, -inf, -inf]]], [3, nan, -inf], [1, 0, 1, 0, 1, 0]],
  ),
  ofOneTensor(
    'maxPool1d in ceil mode: the last window has one element',
    (x) => maxPool1d(x, { window: 2, ceilMode: true }),
    [[[[1, 2, 3]]], [2, 3], [0, 1, 1]],
  ),
  ofOneTensor(
    'avgPool1d in ceil mode: counts the padding, but nothing beyond it',
    (x) => avgPool1d(x, { window: 3, stride: 3, padding: 1, ceilMode: true }),
    // Windows: padding, 3, 6; then 9, 12, padding.
    [[[[3, 6, 9, 12]]], [3, 7], repeat(1 / 3, 4)],
  ),
  ofOneTensor(
    'avgPool1d in ceil mode: a window beyond the padding is smaller',
    (x) => avgPool1d(x, { window: 2, stride: 2, ceilMode: true }),
    [[[[2, 4, 6]]], [3, 6], [0.5, 0.5, 1]],
  ),
  ofOneTensor('adaptiveAvgPool1d: an element of two windows', (x) => adaptiveAvgPool1d(x, 2), [
    [[[1, 2, 6]]],
    [1.5, 4],
    [0.5, 1, 0.5],
  ]),
  {
    title: 'adaptive pooling to no pixels, and of no images',
    run: () => {
      const x = leaf(ofOnes(6), { shape: [1, 1, 2, 3] });
      const y = adaptiveAvgPool2d(x, [0, 2]);
      const channels = leaf(ofOnes(12), { shape: [1, 2, 2, 3] });
      const noMaximum = adaptiveMaxPool2d(channels, [0, 2]);
      const none = [
        adaptiveAvgPool2d(zeros([0, 2, 5, 5]), 3),
        adaptiveMaxPool2d(zeros([0, 2, 5, 5]), 3),
      ];
      return [y, ...none, ...gradients(y, x), noMaximum, ...gradients(noMaximum, channels)];
    },
    expected: [[], [], [], repeat(0, 6), [], repeat(0, 12)],
  },
  {
    title: 'adaptiveMaxPool2d: a window with NaN is NaN, and of equal elements the first counts',
    run: () => {
      const x = leaf([1, nan, 2, 5, 5, 2], { shape: [1, 1, 2, 3] });
      const y = adaptiveMaxPool2d(x, [2, 2]);
      return [y, ...gradients(y, x)];
    },
    expected: [
      [nan, nan, 5, 5],
      [0, 2, 0, 1, 1, 0],
    ],
  },
  ofOneTensor(
    'interpolate: the nearest element, NaN and infinities included',
    (x) => interpolate(x, { size: 5 }),
    [[[[nan, -inf, 3]]], [nan, nan, -inf, -inf, 3], [2, 2, 1]],
  ),
  ofOneTensor(
    'interpolate: linear, infinities spread to positions between elements only',
    (x) => interpolate(x, { size: 5, mode: 'linear', alignCorners: true }),
    [[[[1, inf, 3]]], [1, inf, inf, inf, 3], [1.5, 2, 1.5]],
  ),
  ofOneTensor(
    'interpolate: linear with aligned edges repeats the ends',
    (x) => interpolate(x, { scaleFactor: 2, mode: 'linear' }),
    [[[[0, 4]]], [0, 1, 3, 4], [2, 2]],
  ),
  {
    title: 'interpolate to one element: the first with aligned corners, else the center',
    run: () => {
      const x = tensor([[[1, 2, 6]]]);
      const linear = { size: 1, mode: 'linear' } as const;
      return [interpolate(x, { ...linear, alignCorners: true }), interpolate(x, linear)];
    },
    expected: [[1], [2]],
  },
  {
    title: 'groupNorm and rmsNorm of no examples: the gradients of the parameters are 0',
    run: () => {
      const [w, b] = [leaf([1, 2]), leaf([3, 4])];
      const y = groupNorm(zeros([0, 2, 3]), w, b, { groups: 1 });
      const scale = leaf([1, 2]);
      const z = rmsNorm(zeros([0, 2]), scale);
      return [y, z, ...gradients(y, w, b), ...gradients(z, scale)];
    },
    expected: [[], [], [0, 0], [0, 0], [0, 0]],
  },
  {
    title: 'groupNorm: a constant group is 0, and NaN stays in its group',
    run: () => [groupNorm(tensor([[7, 7, nan, 1]]), null, null, { groups: 2 })],
    expected: [[0, 0, nan, nan]],
  },
];

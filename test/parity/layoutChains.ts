// Chains of ops that mix memory layouts, for layouts.test.ts: every kind of reader after every kind
// of writer.
//
// x [2,3,5,4] convolved with filters f [4,3,3,3] is y [2,4,5,4], which filters g [4,4,3,3] can
// convolve again.

import {
  add,
  avgPool2d,
  batchNorm,
  concat,
  conv2d,
  dropout,
  exp,
  expand,
  flatten,
  gatherRows,
  globalAvgPool2d,
  linear,
  matmul,
  max,
  maximum,
  maxPool2d,
  mean,
  mul,
  neg,
  noGrad,
  ones,
  permute,
  relu,
  reshape,
  Rng,
  scaleShift,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  variance,
  where,
  zeros,
} from '../../src/engine/index.js';
import { anywhere } from '../../src/engine/sample.js';
import { integerInput } from '../support/parity.js';

type Chain = (x: Tensor, f: Tensor, g: Tensor) => Tensor;

export const chainInputs = [
  integerInput([2, 3, 5, 4], 2),
  integerInput([4, 3, 3, 3], 2),
  integerInput([4, 4, 3, 3], 2),
];

/** A convolution that keeps the size of the plane. */
const conv = (x: Tensor, filters: Tensor): Tensor => conv2d(x, filters, null, { padding: 1 });

/** Batch norm without learned parameters. */
function norm(x: Tensor): Tensor {
  const channels = x.shape[1];
  const options = { epsilon: 1e-2, momentum: 0.1, running: null, training: true };
  return batchNorm(x, ones([channels]), zeros([channels]), options);
}

/** The first `count` input channels of filters. */
const narrowed = (filters: Tensor, count: number): Tensor => slice(filters, 1, 0, count);

const oneLayer: Record<string, Chain> = {
  'conv alone': (x, f) => conv(x, f),
  'permute to channels last': (x, f) => permute(conv(x, f), [0, 2, 3, 1]),
  'transpose of the plane': (x, f) => transpose(conv(x, f)),
  'slice of images': (x, f) => slice(conv(x, f), 0, 1),
  'slice of channels': (x, f) => slice(conv(x, f), 1, 1, 3),
  'every second row': (x, f) => slice(conv(x, f), 2, 0, undefined, 2),
  'other axes': (x, f) => reshape(conv(x, f), [8, 4, 5]),
  'times one factor per channel': (x, f) => mul(conv(x, f), tensor([[[1]], [[-2]], [[3]], [[0]]])),
  'times itself': (x, f) => {
    const y = conv(x, f);
    return mul(y, y);
  },
  'relu before and after reshape': (x, f) => relu(neg(reshape(relu(conv(x, f)), [2, 4, 20]))),
  'where, maximum, exp': (x, f) => {
    const y = conv(x, f);
    const positive = noGrad(() => relu(y));
    return exp(scaleShift(maximum(where(positive, y, neg(y)), 3), -0.0625));
  },
  'sum over channels': (x, f) => sum(conv(x, f), { axes: 1 }),
  'sum over images': (x, f) => sum(conv(x, f), { axes: 0 }),
  'sum over the plane': (x, f) => sum(conv(x, f), { axes: [2, 3] }),
  'mean, then variance': (x, f) => variance(mean(conv(x, f), { axes: [0, 3] })),
  'largest over channels': (x, f) => max(conv(x, f), { axes: 1 }),
  'softmax over channels': (x, f) => softmax(scaleShift(conv(x, f), 0.125), 1),
  'concat of images': (x, f) => concat([conv(x, f), conv(neg(x), f)], 0),
  'concat with plain channels': (x, f) => concat([x, conv(x, f), x], 1),
  'batchNorm of images': (x, f) => norm(conv(x, f)),
  'batchNorm of flat planes': (x, f) => norm(reshape(conv(x, f), [2, 4, 20])),
  'batchNorm of pixels': (x, f) => norm(reshape(permute(conv(x, f), [0, 2, 3, 1]), [40, 4])),
  'maxPool read in rows': (x, f) => reshape(maxPool2d(conv(x, f), { window: 2 }), [8, 4]),
  'gather of images': (x, f) => gatherRows(flatten(conv(x, f)), tensor([1, 0, 1])),
  'Gram matrix': (x, f) => {
    const rows = reshape(conv(x, f), [2, 4, 20]);
    return matmul(rows, transpose(rows));
  },
};

const twoLayers: Record<string, Chain> = {
  'conv, conv': (x, f, g) => conv(conv(x, f), g),
  'conv, relu, conv': (x, f, g) => conv(relu(conv(x, f)), g),
  'conv, batchNorm, relu, maxPool, flatten, linear': (x, f, g) => {
    const images = maxPool2d(relu(norm(conv(x, f))), { window: 2 });
    return linear(flatten(images), reshape(g, [9, 16]));
  },
  'permuted plane between convs': (x, f, g) => conv(permute(conv(x, f), [0, 1, 3, 2]), g),
  'channels become images': (x, f, g) => conv(permute(conv(x, f), [1, 0, 2, 3]), narrowed(g, 2)),
  'slice of channels between convs': (x, f, g) => conv(slice(conv(x, f), 1, 1, 3), narrowed(g, 2)),
  'two convs added': (x, f, g) => add(conv(x, f), conv(x, narrowed(g, 3))),
  residual: (x, f, g) => {
    const y = conv(x, f);
    return add(conv(y, g), y);
  },
  'added under another shape': (x, f, g) => {
    const [a, b] = [conv(x, f), conv(conv(x, f), g)];
    return add(reshape(a, [4, 2, 20]), reshape(b, [4, 2, 20]));
  },
  'plain with conv, conv with plain': (x, f) => {
    const y = conv(x, f);
    const plain = reshape(permute(y, [3, 2, 1, 0]), [2, 4, 5, 4]);
    return mul(add(plain, y), sub(y, plain));
  },
  'product of two layouts of the same length': (x, f, g) => {
    // [4,2,5,4]
    const pairs = conv(reshape(conv(x, f), [4, 2, 5, 4]), slice(narrowed(g, 2), 0, 0, 2));
    return mul(reshape(pairs, [2, 4, 5, 4]), conv(x, f));
  },
  'relu, reshape, relu': (x, f, g) => {
    const rows = relu(reshape(relu(conv(x, f)), [8, 20]));
    return conv(reshape(rows, [2, 4, 4, 5]), g);
  },
  'read as other channels': (x, f, g) => conv(reshape(conv(x, f), [4, 2, 5, 4]), narrowed(g, 2)),
  'read in two layouts and as is': (x, f, g) => {
    const y = conv(x, f);
    const asPairs = conv(reshape(y, [4, 2, 5, 4]), slice(narrowed(g, 2), 0, 0, 2));
    return add(add(reshape(asPairs, [160]), reshape(conv(y, g), [160])), reshape(y, [160]));
  },
  'concat of channels': (x, f, g) =>
    conv(concat([conv(x, f), conv(neg(x), f)], 1), concat([g, g], 1)),
  'overlapping maxPool': (x, f, g) =>
    conv(maxPool2d(conv(x, f), { window: 3, stride: 1, padding: 1 }), g),
  'maxPool of plain': (x, f) => conv(maxPool2d(x, { window: 2, stride: 1 }), f),
  'maxPool twice': (x, f) =>
    maxPool2d(maxPool2d(conv(x, f), { window: 2, stride: 1 }), { window: [3, 1], stride: [1, 2] }),
  avgPool: (x, f, g) => conv(avgPool2d(conv(x, f), { window: 2, stride: 1 }), g),
  'global pool, linear': (x, f, g) =>
    linear(flatten(globalAvgPool2d(conv(x, f))), reshape(g, [36, 4])),
  'batchNorm of plain': (x, f) => conv(norm(x), f),
  'batchNorm, conv': (x, f, g) => conv(scaleShift(norm(conv(x, f)), 0.5), g),
  dropout: (x, f, g) => conv(dropout(conv(x, f), 0.5, new Rng(5)), g),
  'one image for all': (x, f, g) => conv(expand(slice(conv(x, f), 0, 0, 1), [3, 4, 5, 4]), g),
  'stride, groups, 1x1': (x, f, g) => {
    const y = conv2d(x, f, null, { stride: 2, padding: 1 });
    const grouped = conv2d(y, narrowed(g, 2), null, { groups: 2, padding: 1 });
    return conv2d(grouped, slice(slice(g, 2, 1, 2), 3, 1, 2));
  },
  'down to one pixel and up': (x, f, g) => {
    const pixels = conv2d(slice(slice(x, 2, 0, 3), 3, 0, 3), f); // [2,4,1,1]
    return conv2d(relu(pixels), g, null, { padding: 2 });
  },
  'down to one channel and up': (x, f, g) => conv(conv(x, slice(f, 0, 0, 1)), narrowed(g, 1)),
};

/**
 * One buffer as two inputs of one launch: converting it for one input must not invalidate the
 * other.
 */
const sameBuffer: Record<string, Chain> = {
  'image and filters': (_x, _f, g) => conv(g, g),
  'image and filters, made by a conv': (_x, _f, g) => {
    const y = conv(g, g);
    return conv(y, y);
  },
  'image and filters, under other shapes': (_x, _f, g) => {
    const y = conv(g, g); // [4,4,3,3]
    return conv(reshape(y, [8, 2, 3, 3]), reshape(y, [8, 2, 3, 3]));
  },
  'both operands of a matrix product': (_x, _f, g) => {
    const y = reshape(conv(g, g), [4, 6, 6]);
    return matmul(y, y);
  },
  'both operands of concat': (x, f) => {
    const y = conv(x, f);
    return concat([y, y], 1);
  },
  'two normalizations of one buffer': (x, f) => {
    const y = conv(x, f);
    return sub(norm(y), reshape(norm(reshape(y, [2, 4, 20])), [2, 4, 5, 4]));
  },
};

/**
 * Layers wide enough for the algorithms used on many channels (Winograd). x [2,16,8,8], f and g
 * [16,16,3,3].
 */
export const wideInputs = [anywhere(2, 16, 8, 8), anywhere(16, 16, 3, 3), anywhere(16, 16, 3, 3)];

// Their sums are not exact, so these chains contain no kink that a rounding error could flip.
export const wideChains: readonly [title: string, chain: Chain][] = Object.entries<Chain>({
  'conv, batchNorm, conv': (x, f, g) => conv(norm(conv(x, f)), g),
  residual: (x, f, g) => {
    const y = norm(conv(x, f));
    return add(conv(y, g), y);
  },
  'read in two layouts': (x, f, g) => {
    const y = norm(conv(x, f));
    return add(
      reshape(conv(y, g), [4, 8, 64]),
      reshape(conv(reshape(y, [4, 8, 8, 8]), narrowed(slice(g, 0, 0, 8), 8)), [4, 8, 64]),
    );
  },
  'permuted plane between convs': (x, f, g) => conv(permute(norm(conv(x, f)), [0, 1, 3, 2]), g),
  'filters from a conv': (x, f, g) => conv(x, norm(conv2d(f, g, null, { padding: 1 }))),
  'pixels as rows of a matrix': (x, f, g) => {
    const pixels = reshape(permute(conv(x, f), [0, 2, 3, 1]), [128, 16]);
    return matmul(pixels, reshape(slice(g, 0, 0, 4), [16, 36]));
  },
});

export const chains: readonly [title: string, chain: Chain][] = [
  ...Object.entries(oneLayer),
  ...Object.entries(twoLayers),
  ...Object.entries(sameBuffer).map(([title, chain]): [string, Chain] => [
    `one buffer as ${title}`,
    chain,
  ]),
];

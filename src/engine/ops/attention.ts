// Attention of several heads in one op, softmax(scale Q KT) V, so that a backend need not store the
// weights. Heads are parts of the last axis, as a linear layer computes them: nothing is permuted.

import { mul, scaleShift, sub } from '../../../kernels/elementwise.js';
import { band, maskedFill } from '../../../kernels/mask.js';
import { argmaxAxis, takeAxis } from '../../../kernels/reduce.js';
import * as softmaxKernels from '../../../kernels/softmax.js';
import { ShapeError } from '../errors.js';
import { elementwise, filled, launch, sumOver } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { defineRoutine } from '../routine.js';
import { anywhere } from '../sample.js';
import { format, type Shape } from '../shape.js';
import { joinArrays } from './internal/concatArrays.js';
import { multiply } from './matmul.js';
import { logSumExp, shiftedByMax } from './softmax.js';

/** Attributes of `attentionOp`. */
export interface AttentionAttributes {
  /** Number of heads. */
  readonly heads: number;
  /** Whether arrays are [length, batch, size], not [batch, length, size]. */
  readonly lengthFirst: boolean;
  /** Whether query i attends to the keys 0 to i only. */
  readonly causal: boolean;
  /** Factor of the scores. */
  readonly scale: number;
}

/**
 * `size` and `valueSize` are those of a head; `lengthFirst`, `causal` and `packed` (one array
 * contains query, key and value) are 1 or 0.
 */
export type AttentionConstants = Readonly<
  Record<
    | 'batch'
    | 'heads'
    | 'queries'
    | 'keys'
    | 'size'
    | 'valueSize'
    | 'lengthFirst'
    | 'causal'
    | 'packed',
    number
  >
>;

type AttentionScalars = Readonly<Record<'scale', number>>;

const shapeOf = (
  { batch, lengthFirst }: AttentionConstants,
  length: number,
  width: number,
): Shape => (lengthFirst === 1 ? [length, batch, width] : [batch, length, width]);

/** Heads of `size` from column `first` of an array on, as a view [batch, heads, length, size]. */
function perHead(x: NdArray, c: AttentionConstants, size: number, first = 0): NdArray {
  const [batchAxis, lengthAxis] = c.lengthFirst === 1 ? [1, 0] : [0, 1];
  const step = x.strides[2];
  return x.view(
    [c.batch, c.heads, x.shape[lengthAxis], size],
    [x.strides[batchAxis], size * step, x.strides[lengthAxis], step],
    x.offset + first * step,
  );
}

/** [batch, heads, length, size] -> the layout of the op's arrays. */
const joinHeads = (x: NdArray, c: AttentionConstants): NdArray =>
  x
    .permute(c.lengthFirst === 1 ? [2, 0, 1, 3] : [0, 2, 1, 3])
    .reshape(shapeOf(c, x.shape[2], x.shape[1] * x.shape[3]));

/** Query, key and value, [batch, heads, length, size] each. */
function operands(inputs: readonly NdArray[], c: AttentionConstants): NdArray[] {
  const { heads, size, valueSize, packed } = c;
  if (packed === 0) {
    const [query, key, value] = inputs;
    return [perHead(query, c, size), perHead(key, c, size), perHead(value, c, valueSize)];
  }
  return [0, 1, 2].map((index) => perHead(inputs[0], c, size, index * heads * size));
}

/** Exchanges the last two of four axes. */
const transposed = (x: NdArray): NdArray => x.permute([0, 1, 3, 2]);

/** Scaled and masked scores, and softmax of them: [batch, heads, queries, keys]. */
function weightsOf(
  query: NdArray,
  key: NdArray,
  { queries, keys, causal }: AttentionConstants,
  scale: number,
): { scores: NdArray; weights: NdArray } {
  const products = multiply(query, transposed(key));
  let scores = elementwise(scaleShift, [products], { factor: scale, summand: 0 });
  if (causal === 1) {
    const ones = filled(scores.backend, [queries, keys], 1);
    const constants = { rows: queries, columns: keys, low: 1, high: Math.max(1, keys) };
    const future = launch(band, [ones], [queries, keys], constants);
    scores = elementwise(maskedFill, [scores, future], { value: -Infinity });
  }
  const shifted = shiftedByMax(scores, 3);
  const lines = { size: keys, inner: 1 };
  const logSum = logSumExp(shifted, 3);
  return {
    scores,
    weights: launch(softmaxKernels.softmax, [shifted, logSum], scores.shape, lines),
  };
}

/**
 * (query, key, value), or one array with all three side by side -> (output, statistics). The
 * statistics [batch, heads, 2, queries] are the largest score of each query, then the weight of its
 * key: a backend may compute the weights again from them in backward.
 */
export const attentionForward = defineRoutine<AttentionConstants, AttentionScalars>({
  name: 'attentionForward',
  outputs: (c) => [shapeOf(c, c.queries, c.heads * c.valueSize), [c.batch, c.heads, 2, c.queries]],
  compose: (inputs, c, { scale }) => {
    const [query, key, value] = operands(inputs, c);
    const { scores, weights } = weightsOf(query, key, c, scale);
    const [shape, lines] = [[c.batch, c.heads, 1, c.queries], { size: c.keys, inner: 1 }];
    const index = launch(argmaxAxis, [scores], shape, lines);
    const largest = launch(takeAxis, [scores, index], shape, lines);
    const weight = launch(takeAxis, [weights, index], shape, lines);
    return [joinHeads(multiply(weights, value), c), joinArrays([largest, weight], 2)];
  },
});

/**
 * (grad, output, statistics, then the inputs of `attentionForward`) -> the gradients of those inputs.
 */
export const attentionBackward = defineRoutine<AttentionConstants, AttentionScalars>({
  name: 'attentionBackward',
  outputs: (c) =>
    c.packed === 1
      ? [shapeOf(c, c.queries, 3 * c.heads * c.size)]
      : [
          shapeOf(c, c.queries, c.heads * c.size),
          shapeOf(c, c.keys, c.heads * c.size),
          shapeOf(c, c.keys, c.heads * c.valueSize),
        ],
  compose: ([grad, , , ...inputs], c, { scale }) => {
    const [query, key, value] = operands(inputs, c);
    const gradOutput = perHead(grad, c, c.valueSize);
    const { weights } = weightsOf(query, key, c, scale);
    const gradWeights = multiply(gradOutput, transposed(value));
    // d softmax = weight (gradient - sum of weight times gradient)
    const dots = sumOver(elementwise(mul, [weights, gradWeights]), [3]);
    const gradScores = elementwise(
      scaleShift,
      [elementwise(mul, [weights, elementwise(sub, [gradWeights, dots])])],
      { factor: scale, summand: 0 },
    );
    const gradients = [
      multiply(gradScores, key),
      multiply(transposed(gradScores), query),
      multiply(transposed(weights), gradOutput),
    ].map((gradient) => joinHeads(gradient, c));
    return c.packed === 1 ? [joinArrays(gradients, 2)] : gradients;
  },
});

function attentionConstants(
  shapes: readonly Shape[],
  { heads, lengthFirst, causal }: AttentionAttributes,
): AttentionConstants {
  const packed = shapes.length === 1;
  const [query] = shapes;
  const [key, value] = packed ? [query, query] : [shapes[1], shapes[2]];
  const [batchAxis, lengthAxis] = lengthFirst ? [1, 0] : [0, 1];
  const parts = packed ? 3 * heads : heads;
  return {
    batch: query[batchAxis],
    heads,
    queries: query[lengthAxis],
    keys: key[lengthAxis],
    size: query[2] / parts,
    valueSize: value[2] / parts,
    lengthFirst: lengthFirst ? 1 : 0,
    causal: causal ? 1 : 0,
    packed: packed ? 1 : 0,
  };
}

/** @throws ShapeError unless the inputs fit each other and the number of heads */
function checkAttention(shapes: readonly Shape[], attributes: AttentionAttributes): void {
  const [query, key, value] = shapes.length === 1 ? [shapes[0], shapes[0], shapes[0]] : shapes;
  const batchAxis = attributes.lengthFirst ? 1 : 0;
  const fits =
    shapes.every((shape) => shape.length === 3) &&
    [key, value].every((shape) => shape[batchAxis] === query[batchAxis]) &&
    key[1 - batchAxis] === value[1 - batchAxis] &&
    key[2] === query[2] &&
    [query, value].every(
      (shape) => shape[2] % (shapes.length === 1 ? 3 * attributes.heads : attributes.heads) === 0,
    );
  if (!fits) {
    const axes = attributes.lengthFirst ? 'length, batch' : 'batch, length';
    throw new ShapeError(
      `attention: needs query, key and value [${axes}, ${attributes.heads} heads * size], got ` +
        shapes.map(format).join(' '),
    );
  }
}

/**
 * The op behind `scaledDotProductAttention` and `MultiheadAttention`: query, key and value [batch,
 * length, heads * size], or one array [batch, length, 3 * heads * size], -> [batch, queries, heads *
 * valueSize].
 */
export const attentionOp = defineOp<AttentionAttributes>({
  name: 'attention',
  infer: (shapes, attributes) => {
    checkAttention(shapes, attributes);
    const c = attentionConstants(shapes, attributes);
    return shapeOf(c, c.queries, c.heads * c.valueSize);
  },
  forward: (inputs, attributes, save) => {
    const constants = attentionConstants(
      inputs.map(({ shape }) => shape),
      attributes,
    );
    const [output, statistics] = attentionForward(inputs, constants, { scale: attributes.scale });
    save(statistics);
    return output;
  },
  backward: ({ grad, inputs, output, attributes, saved: [statistics] }) => {
    const constants = attentionConstants(
      inputs.map(({ shape }) => shape),
      attributes,
    );
    let cached: readonly NdArray[] | null = null;
    const gradients = (): readonly NdArray[] =>
      (cached ??= attentionBackward([grad, output, statistics, ...inputs], constants, {
        scale: attributes.scale,
      }));
    return inputs.map((_, index) => () => gradients()[index]);
  },
  samples: [
    {
      title: 'two heads',
      inputs: [anywhere(2, 3, 4), anywhere(2, 5, 4), anywhere(2, 5, 6)],
      attributes: { heads: 2, lengthFirst: false, causal: false, scale: 0.5 },
    },
    {
      title: 'length first, causal',
      inputs: [anywhere(5, 2, 3), anywhere(4, 2, 3), anywhere(4, 2, 5)],
      attributes: { heads: 1, lengthFirst: true, causal: true, scale: 0.6 },
    },
    {
      title: 'one array, causal',
      inputs: [anywhere(2, 4, 18)],
      attributes: { heads: 3, lengthFirst: false, causal: true, scale: 0.7 },
    },
    {
      title: 'one array, length first',
      inputs: [anywhere(3, 2, 12)],
      attributes: { heads: 2, lengthFirst: true, causal: false, scale: -0.4 },
    },
  ],
});

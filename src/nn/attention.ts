// Scaled dot-product attention (Vaswani et al., "Attention is all you need", 2017) and its masks.

import { ShapeError } from '../engine/errors.js';
import { checkOptions } from '../engine/options.js';
import { add, mul } from '../engine/ops/arithmetic.js';
import { attentionOp } from '../engine/ops/attention.js';
import { logicalOr } from '../engine/ops/comparison.js';
import { dropout } from '../engine/ops/dropout.js';
import { maskedFill, triu } from '../engine/ops/mask.js';
import { matmul } from '../engine/ops/matmul.js';
import { softmax } from '../engine/ops/softmax.js';
import { reshape, transpose } from '../engine/ops/view.js';
import type { Rng } from '../engine/rng.js';
import { format, sameShape } from '../engine/shape.js';
import { checkTensor, ones, type Tensor } from '../engine/tensor.js';
import { checkCount } from './options.js';

/** Which keys a query may attend to. Several masks are combined. */
export interface AttentionMasks {
  /** Not 0 where a query must not attend to a key; broadcasts to the scores. Default null. */
  readonly mask?: Tensor | null;
  /** Added to the scores before the softmax; broadcasts to them. Default null. */
  readonly bias?: Tensor | null;
  /** Whether query i attends to the keys 0 to i only. Default false. */
  readonly causal?: boolean;
}

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions extends AttentionMasks {
  /** Factor of the scores. Default 1 / sqrt(size of a query). */
  readonly scale?: number;
  /** Probability that a weight is set to 0; for training only. Default 0. */
  readonly dropout?: number;
  /** Stream that the dropout mask is drawn from; required for dropout. */
  readonly rng?: Rng;
}

/**
 * softmax(query keyT scale) value: for every query, the mean of the values, weighted by how well
 * their keys match. Leading axes broadcast.
 *
 * A mask is not 0 where attention is forbidden, as in PyTorch's MultiheadAttention. (PyTorch's
 * function of this name takes the opposite.) The result of a query that may not attend to any key
 * is NaN, as in PyTorch.
 *
 * @param query [..., queries, size]
 * @param key [..., keys, size]
 * @param value [..., keys, valueSize]
 * @returns [..., queries, valueSize]
 * @throws ShapeError if the sizes do not match, or a mask cannot be broadcast
 * @throws ArgumentError for dropout without `rng`
 * @example
 * const query = tensor([[1, 0], [1, 0]]);
 * const key = tensor([[1, 0], [1, 0]]); // both match equally well
 * const value = tensor([[2], [4]]);
 * print(await scope(() => scaledDotProductAttention(query, key, value).data())); // [3, 3]
 * const causal = scope(() => scaledDotProductAttention(query, key, value, { causal: true }).data());
 * print(await causal); // [2, 3]
 * for (const each of [query, key, value]) each.dispose();
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  const caller = 'scaledDotProductAttention';
  checkOptions(caller, options, {
    mask: true,
    bias: true,
    causal: true,
    scale: true,
    dropout: true,
    rng: true,
  });
  Object.entries({ query, key, value }).forEach(([name, each]) => {
    checkTensor(each, `${caller}: ${name}`);
    if (each.shape.length < 2) {
      throw new ShapeError(
        `${caller}: ${name} must be [..., positions, size], got ${format(each.shape)}`,
      );
    }
  });
  if (query.shape.at(-1) !== key.shape.at(-1) || key.shape.at(-2) !== value.shape.at(-2)) {
    throw new ShapeError(
      `${caller}: query and key must have the same size, key and value the same number of ` +
        `positions (query ${format(query.shape)}, key ${format(key.shape)}, value ${format(value.shape)})`,
    );
  }
  const { dropout: probability = 0 } = options;
  if (probability === 0 && isPlain(options) && isOneBatch(query, key, value)) {
    return attendInOneOp(query, key, value, options);
  }
  const weights = attentionWeights(query, key, options);
  if (probability === 0) return matmul(weights, value);
  return matmul(dropout(weights, probability, options.rng!), value); // checks the probability and rng
}

/**
 * Largest number of scores of one head for which attention is one op, whose backward pass stores them
 * for each thread.
 */
const MAX_SCORES = 2 ** 20;

/** Whether only `causal` restricts the keys of a query. */
export const isPlain = ({ mask = null, bias = null }: AttentionMasks): boolean =>
  mask === null && bias === null;

/** Whether one op computes attention over this many positions. */
export const fitsOneOp = (queries: number, keys: number): boolean =>
  queries * keys > 0 && queries * keys <= MAX_SCORES;

/** Whether the leading axes are equal, and one op computes the attention. */
function isOneBatch(query: Tensor, key: Tensor, value: Tensor): boolean {
  const batch = query.shape.slice(0, -2);
  return (
    [key, value].every(({ shape }) => sameShape(shape.slice(0, -2), batch)) &&
    [query, key, value].every(({ size }) => size > 0) &&
    fitsOneOp(query.shape.at(-2)!, key.shape.at(-2)!)
  );
}

/** Attention without weights, on arrays with equal leading axes. */
function attendInOneOp(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { causal = false, scale = 1 / Math.sqrt(query.shape.at(-1)!) }: AttentionOptions,
): Tensor {
  const matrices = [query, key, value].map((x) => reshape(x, [-1, ...x.shape.slice(-2)]));
  const output = attentionOp(matrices, { heads: 1, lengthFirst: false, causal, scale });
  return reshape(output, [...query.shape.slice(0, -1), value.shape.at(-1)!]);
}

/**
 * softmax(query keyT scale) with masks: the weight of each key for each query, [..., queries,
 * keys].
 */
export function attentionWeights(query: Tensor, key: Tensor, options: AttentionOptions): Tensor {
  const [queries, size] = query.shape.slice(-2);
  const { mask = null, bias = null, causal = false, scale = 1 / Math.sqrt(size) } = options;
  let scores = matmul(mul(query, scale), transpose(key)); // [..., queries, keys]
  if (bias !== null) scores = add(scores, bias);
  const future = causal ? futureMask(queries, key.shape.at(-2)!, query) : null;
  const combined = mask !== null && future !== null ? logicalOr(mask, future) : (mask ?? future);
  if (combined !== null) scores = maskedFill(scores, combined, -Infinity);
  return softmax(scores);
}

/** 1 where a key is after a query, else 0; [queries, keys], on the backend of x. */
function futureMask(queries: number, keys: number, x: Tensor): Tensor {
  return triu(ones([queries, keys], { backend: x.array.backend }), 1);
}

/**
 * The mask of a sequence in which no position attends to later ones: 1 above the diagonal, else 0,
 * [length, length].
 *
 * @throws ArgumentError if `length` is not an integer of at least 0
 * @example
 * print(await scope(() => causalMask(2).data())); // [0, 1, 0, 0]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Transformer.html
 */
export function causalMask(length: number): Tensor {
  checkCount('causalMask', 'length', length, 0);
  return triu(ones([length, length]), 1);
}

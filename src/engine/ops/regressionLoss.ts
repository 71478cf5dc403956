// Losses of a prediction and a target of the same shape: squared, absolute, and Huber.

import * as kernels from '../../../kernels/loss.js';
import { ArgumentError } from '../errors.js';
import { elementwise } from '../launch.js';
import { defineComposite, defineOp } from '../op.js';
import { checkOptions, describeValue } from '../options.js';
import { anywhere, distinct } from '../sample.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { mul, scaleShift, sub } from './arithmetic.js';
import { checkSameShape, reduceLosses, type Reduction } from './internal/losses.js';
import { abs } from './unary.js';

/** The op behind `mse`: prediction and target of the same shape. */
export const mseOp = defineComposite<{ readonly reduction: Reduction }>({
  name: 'mse',
  compose: ([prediction, target], { reduction }) => {
    checkSameShape('mse', prediction.shape, target.shape);
    const difference = sub(prediction, target);
    return reduceLosses(mul(difference, difference), reduction);
  },
  samples: [
    { title: 'mean', inputs: [anywhere(3, 2), anywhere(3, 2)], attributes: { reduction: 'mean' } },
    { title: 'sum', inputs: [anywhere(4), anywhere(4)], attributes: { reduction: 'sum' } },
  ],
});

/** A target that differs from `distinct` predictions by at least 0.01, away from the kink of |x|. */
const between = (...shape: number[]) => {
  const target = distinct(...shape);
  return {
    ...target,
    values: (...[rng]: Parameters<typeof target.values>) =>
      Array.from(target.values(rng), (value) => value + 0.017),
  };
};

/** The op behind `l1`: prediction and target of the same shape. */
export const l1Op = defineComposite<{ readonly reduction: Reduction }>({
  name: 'l1',
  compose: ([prediction, target], { reduction }) => {
    checkSameShape('l1', prediction.shape, target.shape);
    return reduceLosses(abs(sub(prediction, target)), reduction);
  },
  samples: [
    { title: 'mean', inputs: [distinct(3, 2), between(3, 2)], attributes: { reduction: 'mean' } },
    { title: 'none', inputs: [distinct(4), between(4)], attributes: { reduction: 'none' } },
  ],
});

/** The op behind `huber` and `smoothL1`: one loss per element. */
export const huberOp = defineOp<{ readonly delta: number }>({
  name: 'huber',
  infer: ([prediction, target], { delta }) => {
    checkSameShape('huber', prediction, target);
    if (!(delta > 0)) {
      throw new ArgumentError(`huber: delta must be above 0, got ${describeValue(delta)}`);
    }
    return prediction;
  },
  forward: (inputs, { delta }) => elementwise(kernels.huber, inputs, { delta }),
  backward: ({ grad, inputs: [prediction, target], attributes: { delta } }) => [
    () => elementwise(kernels.huberGrad, [grad, prediction, target], { delta }),
    () => elementwise(kernels.huberGrad, [grad, target, prediction], { delta }),
  ],
  samples: [
    { title: 'delta 1', inputs: [anywhere(4, 5), anywhere(4, 5)], attributes: { delta: 1 } },
    { title: 'delta 0.3', inputs: [anywhere(12), anywhere(12)], attributes: { delta: 0.3 } },
  ],
});

/**
 * Mean squared error of two tensors of the same shape.
 *
 * @param reduction default `mean`: a scalar
 * @throws ShapeError if the shapes differ
 * @throws ArgumentError if `reduction` is unknown
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 * @example
 * print(await scope(() => mse(tensor([1, 3]), tensor([1, 1])).item())); // 2
 */
export function mse(prediction: Tensor, target: Tensor, reduction: Reduction = 'mean'): Tensor {
  return mseOp([prediction, target], { reduction });
}

/**
 * Mean absolute error of two tensors of the same shape. The derivative is 0 where they are equal.
 *
 * @param reduction default `mean`: a scalar
 * @throws ShapeError if the shapes differ
 * @throws ArgumentError if `reduction` is unknown
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.L1Loss.html
 * @example
 * print(await scope(() => l1(tensor([1, 3]), tensor([1, 0])).item())); // 1.5
 */
export function l1(prediction: Tensor, target: Tensor, reduction: Reduction = 'mean'): Tensor {
  return l1Op([prediction, target], { reduction });
}

/** Options of `huber`. */
export interface HuberOptions {
  /** Difference from which the loss is linear, above 0. Default 1. */
  readonly delta?: number;
  /** Default `mean`. */
  readonly reduction?: Reduction;
}

/**
 * Huber loss of two tensors of the same shape: with d = |prediction - target|, it is d^2 / 2 below
 * `delta`, and delta (d - delta / 2) from there on. Outliers have less influence than on `mse`.
 *
 * @throws ShapeError if the shapes differ
 * @throws ArgumentError if `delta` is not above 0, or an option is unknown
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html
 * @example
 * const losses = scope(() =>
 *   huber(tensor([0.5, 3]), tensor([0, 0]), { reduction: 'none' }).data(),
 * );
 * print(await losses); // [0.125, 2.5]
 */
export function huber(prediction: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  checkOptions('huber', options, { delta: true, reduction: true });
  const { delta = 1, reduction = 'mean' } = options;
  return reduceLosses(huberOp([prediction, target], { delta }), reduction);
}

/** Options of `smoothL1`. */
export interface SmoothL1Options {
  /** Difference from which the loss is linear, at least 0. Default 1. */
  readonly beta?: number;
  /** Default `mean`. */
  readonly reduction?: Reduction;
}

/**
 * Smooth L1 loss of two tensors of the same shape: with d = |prediction - target|, it is
 * d^2 / (2 beta) below `beta`, and d - beta / 2 from there on. It is `huber` divided by beta, and
 * `l1` for beta 0.
 *
 * @throws ShapeError if the shapes differ
 * @throws ArgumentError if `beta` is below 0, or an option is unknown
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html
 * @example
 * const loss = scope(() => smoothL1(tensor([1, 3]), tensor([0, 0]), { beta: 2 }).item());
 * print(await loss); // 1.125
 */
export function smoothL1(
  prediction: Tensor,
  target: Tensor,
  options: SmoothL1Options = {},
): Tensor {
  checkTensor(prediction, 'smoothL1: prediction');
  checkTensor(target, 'smoothL1: target');
  checkOptions('smoothL1', options, { beta: true, reduction: true });
  const { beta = 1, reduction = 'mean' } = options;
  checkSameShape('smoothL1', prediction.shape, target.shape);
  if (!(beta >= 0)) {
    throw new ArgumentError(`smoothL1: beta must be at least 0, got ${describeValue(beta)}`);
  }
  if (beta === 0) return l1(prediction, target, reduction);
  return reduceLosses(
    scaleShift(huberOp([prediction, target], { delta: beta }), 1 / beta),
    reduction,
  );
}

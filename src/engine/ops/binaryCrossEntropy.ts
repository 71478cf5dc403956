// Binary cross-entropy of probabilities, and of logits.

import * as kernels from '../../../kernels/loss.js';
import { elementwise } from '../launch.js';
import { defineOp, type NoAttributes, type SampleInput } from '../op.js';
import { checkOptions } from '../options.js';
import { anywhere, positive } from '../sample.js';

import { checkTensor, type Tensor } from '../tensor.js';
import { mul } from './arithmetic.js';
import { checkSameShape, reduceLosses, type Reduction, weightTensor } from './internal/losses.js';
import type { Operand } from './internal/operands.js';

/** Uniform in [0.1, 0.9), at a distance from the poles at 0 and 1. */
const probabilities = (...shape: number[]): SampleInput => ({
  ...anywhere(...shape),
  values: (rng) => Array.from(anywhere(...shape).values(rng), (value) => 0.5 + 0.2 * value),
});

/** The op behind `binaryCrossEntropy`: one loss per element. */
export const binaryCrossEntropyOp = defineOp<NoAttributes>({
  name: 'binaryCrossEntropy',
  infer: ([prediction, target]) => {
    checkSameShape('binaryCrossEntropy', prediction, target);
    return prediction;
  },
  forward: (inputs) => elementwise(kernels.binaryCrossEntropy, inputs, { invalid: NaN }),
  backward: ({ grad, inputs: [prediction, target] }) => [
    () => elementwise(kernels.binaryCrossEntropyGrad, [grad, prediction, target], { invalid: NaN }),
    () => elementwise(kernels.binaryCrossEntropyTargetGrad, [grad, prediction], { invalid: NaN }),
  ],
  samples: [
    { title: 'rows', inputs: [probabilities(3, 5), probabilities(3, 5)], attributes: {} },
    { title: 'scalar', inputs: [probabilities(), probabilities()], attributes: {} },
  ],
});

/**
 * The op behind `binaryCrossEntropyWithLogits`: logits and targets of the same shape, and the weight
 * of the positive targets, which broadcasts to it.
 */
export const binaryCrossEntropyWithLogitsOp = defineOp<NoAttributes>({
  name: 'binaryCrossEntropyWithLogits',
  infer: ([logits, target]) => {
    checkSameShape('binaryCrossEntropyWithLogits', logits, target);
    return logits;
  },
  forward: (inputs) => elementwise(kernels.binaryCrossEntropyWithLogits, inputs),
  backward: ({ grad, inputs: [logits, target, positiveWeight] }) => [
    () =>
      elementwise(kernels.binaryCrossEntropyWithLogitsGrad, [grad, logits, target, positiveWeight]),
    () =>
      elementwise(kernels.binaryCrossEntropyWithLogitsTargetGrad, [grad, logits, positiveWeight]),
    null,
  ],
  samples: [
    {
      title: 'one weight',
      inputs: [anywhere(3, 5), probabilities(3, 5), constant(positive())],
      attributes: {},
    },
    {
      title: 'a weight per class',
      inputs: [anywhere(4, 3), probabilities(4, 3), constant(positive(3))],
      attributes: {},
    },
  ],
});

/** A sample input without a gradient. */
function constant(input: SampleInput): SampleInput {
  return { ...input, differentiable: false };
}

/** Options of `binaryCrossEntropy`. */
export interface BinaryCrossEntropyOptions {
  /** Factor on the loss of each element; broadcasts to the shape of the prediction. Default 1. */
  readonly weight?: Operand;
  /** Default `mean`, over all elements, whatever their weight. */
  readonly reduction?: Reduction;
}

/** Options of `binaryCrossEntropyWithLogits`. */
export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /**
   * Factor on the positive part of the loss, such as the ratio of negative to positive examples of
   * each class; broadcasts to the shape of the logits. Default 1.
   */
  readonly posWeight?: Operand;
}

function weighted(
  losses: Tensor,
  { weight, reduction = 'mean' }: BinaryCrossEntropyOptions,
  caller: string,
): Tensor {
  if (weight === undefined) return reduceLosses(losses, reduction);
  const factors = weightTensor(weight, losses, `${caller}: weight`);
  return reduceLosses(mul(losses, factors), reduction);
}

/**
 * Binary cross-entropy -(t ln p + (1 - t) ln(1 - p)) of probabilities p and targets t, averaged over
 * all elements. The logarithms are at least -100, so that the loss is finite for p = 0 and p = 1.
 *
 * `binaryCrossEntropyWithLogits` is more accurate than a sigmoid followed by this function.
 *
 * @param prediction probabilities from 0 to 1, any shape; the loss of any other value is NaN
 * @param target from 0 to 1, same shape
 * @throws ShapeError if the shapes differ, or `weight` cannot be broadcast to them
 * @throws ArgumentError if `weight` requires a gradient, or an option is unknown
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html
 * @example
 * const loss = scope(() => binaryCrossEntropy(tensor([0.5, 0.9]), tensor([0, 1])).item());
 * print(await loss); // 0.3993
 */
export function binaryCrossEntropy(
  prediction: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  checkTensor(prediction, 'binaryCrossEntropy: prediction');
  checkTensor(target, 'binaryCrossEntropy: target');
  checkOptions('binaryCrossEntropy', options, { weight: true, reduction: true });
  return weighted(binaryCrossEntropyOp([prediction, target], {}), options, 'binaryCrossEntropy');
}

/**
 * Binary cross-entropy of sigmoid(logits), averaged over all elements. It does not overflow, and is
 * accurate where the sigmoid is close to 0 or 1.
 *
 * @param logits any shape
 * @param target from 0 to 1, same shape
 * @throws ShapeError if the shapes differ, or a weight cannot be broadcast to them
 * @throws ArgumentError if a weight requires a gradient, or an option is unknown
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
 * @example
 * const loss = scope(() =>
 *   binaryCrossEntropyWithLogits(tensor([0, 100]), tensor([1, 1])).item(),
 * );
 * print(await loss); // 0.3466
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  const caller = 'binaryCrossEntropyWithLogits';
  checkTensor(logits, `${caller}: logits`);
  checkTensor(target, `${caller}: target`);
  checkOptions(caller, options, { weight: true, posWeight: true, reduction: true });
  const { posWeight = 1, ...rest } = options;
  const positiveWeight = weightTensor(posWeight, logits, `${caller}: posWeight`);
  const losses = binaryCrossEntropyWithLogitsOp([logits, target, positiveWeight], {});
  return weighted(losses, rest, caller);
}

// Rows of the differential tests: losses.

import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huber,
  klDiv,
  l1,
  mse,
  nllLoss,
  smoothL1,
  softCrossEntropy,
  type Tensor,
  tensor,
  zeros,
} from '../../src/engine/index.js';
import { argumentError, type ErrorCase, option, type Operation, shapeError } from './operation.js';

type Loss = (prediction: Tensor, target: Tensor) => Tensor;

const differentShapes = (name: string, op: Loss): ErrorCase =>
  shapeError(RegExp(`^${name}: prediction \\[2,3\\] and target \\[3\\] differ`), () =>
    op(zeros([2, 3]), zeros([3])),
  );

const labelErrors = (op: typeof nllLoss, name: string): ErrorCase[] => [
  shapeError(
    RegExp(
      `^${name}: needs log.* \\[N, classes, ...\\] and labels \\[N, ...\\], got \\[2,3\\] and \\[3\\]`,
    ),
    () => op(zeros([2, 3]), zeros([3])),
  ),
  shapeError(RegExp(`^${name}: needs .*, got \\[2,3,4\\] and \\[2,3\\]`), () =>
    op(zeros([2, 3, 4]), zeros([2, 3])),
  ),
  shapeError(RegExp(`^${name}: weight must be \\[3\\], one number per class, got \\[2\\]`), () =>
    op(zeros([1, 3]), tensor([0]), { weight: [1, 2] }),
  ),
  argumentError(RegExp(`^${name}: ignoreIndex must be a whole number, got 0.5`), () =>
    op(zeros([1, 3]), tensor([0]), { ignoreIndex: 0.5 }),
  ),
];

/** The tensors after `used` inputs are the weights that the options name, in order. */
function withWeights(
  inputs: readonly Tensor[],
  used: number,
  { weights = [], ...options }: { readonly weights?: readonly string[] },
): Record<string, unknown> {
  return { ...options, ...Object.fromEntries(weights.map((name, i) => [name, inputs[used + i]])) };
}

/** Losses, by the name of their function. */
export const lossOperations: Readonly<Record<string, Operation>> = {
  crossEntropy: {
    call: (inputs, options) => crossEntropy(inputs[0], inputs[1], withWeights(inputs, 2, options)),
    errors: [
      ...labelErrors(crossEntropy, 'crossEntropy'),
      argumentError(/^crossEntropy: labelSmoothing must be from 0 to 1, got 1.5/, () =>
        crossEntropy(zeros([1, 3]), tensor([0]), { labelSmoothing: 1.5 }),
      ),
    ],
  },
  nllLoss: {
    call: (inputs, options) => nllLoss(inputs[0], inputs[1], withWeights(inputs, 2, options)),
    errors: labelErrors(nllLoss, 'nllLoss'),
  },
  softCrossEntropy: {
    call: ([logits, targets], options) =>
      softCrossEntropy(logits, targets, option(options, 'reduction')),
    errors: [
      shapeError(/^softCrossEntropy: needs logits and targets \[N, classes\]/, () =>
        softCrossEntropy(zeros([2, 3]), zeros([2])),
      ),
    ],
  },
  binaryCrossEntropy: {
    call: (inputs, options) =>
      binaryCrossEntropy(inputs[0], inputs[1], withWeights(inputs, 2, options)),
    errors: [
      differentShapes('binaryCrossEntropy', binaryCrossEntropy),
      shapeError(/^binaryCrossEntropy: weight: cannot expand \[2\] to \[3\]/, () =>
        binaryCrossEntropy(zeros([3]), zeros([3]), { weight: zeros([2]) }),
      ),
    ],
  },
  binaryCrossEntropyWithLogits: {
    call: (inputs, options) =>
      binaryCrossEntropyWithLogits(inputs[0], inputs[1], withWeights(inputs, 2, options)),
    errors: [
      differentShapes('binaryCrossEntropyWithLogits', binaryCrossEntropyWithLogits),
      shapeError(/^binaryCrossEntropyWithLogits: posWeight: cannot expand \[2,3\] to \[3\]/, () =>
        binaryCrossEntropyWithLogits(zeros([3]), zeros([3]), { posWeight: zeros([2, 3]) }),
      ),
    ],
  },
  klDiv: {
    call: ([prediction, target], options) => klDiv(prediction, target, options),
    errors: [differentShapes('klDiv', klDiv)],
  },
  mse: {
    call: ([prediction, target], options) => mse(prediction, target, option(options, 'reduction')),
    errors: [differentShapes('mse', mse)],
  },
  l1: {
    call: ([prediction, target], options) => l1(prediction, target, option(options, 'reduction')),
    errors: [differentShapes('l1', l1)],
  },
  huber: {
    call: ([prediction, target], options) => huber(prediction, target, options),
    errors: [
      differentShapes('huber', huber),
      argumentError(/^huber: delta must be above 0, got 0/, () =>
        huber(zeros([2]), zeros([2]), { delta: 0 }),
      ),
    ],
  },
  smoothL1: {
    call: ([prediction, target], options) => smoothL1(prediction, target, options),
    errors: [
      differentShapes('smoothL1', smoothL1),
      argumentError(/^smoothL1: beta must be at least 0, got -1/, () =>
        smoothL1(zeros([2]), zeros([2]), { beta: -1 }),
      ),
    ],
  },
};

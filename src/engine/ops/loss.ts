// Loss functions: cross-entropy with class indices or class probabilities, and mean squared error.

import { checkOptions, describeValue } from '../options.js';
import * as kernels from '../../../kernels/softmax.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { launch } from '../launch.js';
import { defineComposite, defineOp, type NoAttributes } from '../op.js';
import { defineRoutine } from '../routine.js';
import { anywhere, randomIndices, positive } from '../sample.js';
import { format, sameShape } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { indexTensor } from './internal/indices.js';
import { mul, neg, sub } from './arithmetic.js';
import { mean, sum } from './reduce.js';
import { logSoftmax, logSumExp, shiftedByMax } from './softmax.js';

/**
 * Reduction of the losses of a batch to one number. `none` returns one loss per row (or element).
 */
export type Reduction = 'mean' | 'sum' | 'none';

function reduce(losses: Tensor, reduction: Reduction): Tensor {
  if (!['none', 'mean', 'sum'].includes(reduction)) {
    throw new ArgumentError(
      `loss: reduction must be "mean", "sum" or "none", got ${describeValue(reduction)}`,
    );
  }
  if (reduction === 'none') return losses;
  return reduction === 'mean' ? mean(losses) : sum(losses);
}

/** logits are [rows, classes]. */
export type LossConstants = Readonly<Record<'rows' | 'classes', number>>;

/** (logits, labels) -> logits minus the maximum of their row, log-sum-exp of these, losses. */
export const crossEntropyForward = defineRoutine<
  LossConstants,
  Readonly<Record<'smoothing', number>>
>({
  name: 'crossEntropyForward',
  outputs: ({ rows, classes }) => [[rows, classes], [rows, 1], [rows]],
  compose: ([logits, labels], { rows, classes }, scalars) => {
    const shifted = shiftedByMax(logits, 1);
    const lse = logSumExp(shifted, 1);
    const losses = launch(
      kernels.crossEntropy,
      [shifted, lse, labels],
      [rows],
      { classes },
      { ...scalars, invalid: NaN },
    );
    return [shifted, lse, losses];
  },
});

/** One loss per row; see `crossEntropy`. */
export const crossEntropyOp = defineOp<{ readonly smoothing: number }>({
  name: 'crossEntropy',
  infer: ([logits, labels], { smoothing }) => {
    if (logits.length !== 2 || !sameShape(labels, [logits[0]])) {
      throw new ShapeError(
        `crossEntropy: needs logits [N, classes] and labels [N], got ${format(logits)} and ${format(labels)}`,
      );
    }
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new ArgumentError(`crossEntropy: labelSmoothing must be from 0 to 1, got ${smoothing}`);
    }
    return [logits[0]];
  },
  forward: ([logits, labels], { smoothing }, save) => {
    const [rows, classes] = logits.shape;
    const [shifted, lse, losses] = crossEntropyForward(
      [logits, labels],
      { rows, classes },
      { smoothing },
    );
    save(shifted);
    save(lse);
    return losses;
  },
  // dlogits = (softmax(logits) - target) * grad of the row
  backward: ({ grad, inputs: [{ shape }, labels], attributes: { smoothing }, saved }) => [
    () => {
      const [shifted, lse] = saved;
      const classes = shape[1];
      return launch(
        kernels.crossEntropyGrad,
        [grad, shifted, lse, labels],
        shape,
        { classes },
        { smoothing, invalid: NaN },
      );
    },
    null,
  ],
  samples: [
    { title: 'plain', inputs: [anywhere(4, 5), randomIndices(5, 4)], attributes: { smoothing: 0 } },
    {
      title: 'smoothed',
      inputs: [anywhere(3, 6), randomIndices(6, 3)],
      attributes: { smoothing: 0.1 },
    },
  ],
});

/** One loss per row; see `softCrossEntropy`. */
export const softCrossEntropyOp = defineComposite<NoAttributes>({
  name: 'softCrossEntropy',
  compose: ([logits, targets]) => {
    if (logits.shape.length !== 2 || !sameShape(logits.shape, targets.shape)) {
      throw new ShapeError(
        `softCrossEntropy: needs logits and targets [N, classes], got ${format(logits.shape)} and ${format(targets.shape)}`,
      );
    }
    return neg(sum(mul(targets, logSoftmax(logits)), { axes: [1] }));
  },
  samples: [{ title: 'rows', inputs: [anywhere(3, 5), positive(3, 5)], attributes: {} }],
});

/** The op behind `mse`: prediction and target of the same shape. */
export const mseOp = defineComposite<{ readonly reduction: Reduction }>({
  name: 'mse',
  compose: ([prediction, target], { reduction }) => {
    if (!sameShape(prediction.shape, target.shape)) {
      throw new ShapeError(
        `mse: prediction ${format(prediction.shape)} and target ${format(target.shape)} differ`,
      );
    }
    const difference = sub(prediction, target);
    return reduce(mul(difference, difference), reduction);
  },
  samples: [
    { title: 'mean', inputs: [anywhere(3, 2), anywhere(3, 2)], attributes: { reduction: 'mean' } },
    { title: 'sum', inputs: [anywhere(4), anywhere(4)], attributes: { reduction: 'sum' } },
  ],
});

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions {
  /**
   * Label smoothing: fraction of the target that is spread evenly over all classes, 0 (default) to
   * 1.
   */
  readonly labelSmoothing?: number;
  /** Default `mean`. */
  readonly reduction?: Reduction;
}

/**
 * Cross-entropy loss -log softmax(logits)[label], averaged over the batch.
 *
 * @param logits [N, classes], unnormalized
 * @param labels [N], class indices from 0 to classes - 1: a tensor, or a list or typed array of
 *   numbers, which is validated. The loss of an invalid label in a tensor, whose elements are on the
 *   backend, is NaN, and so are the gradients of its row.
 * @throws ShapeError if the shapes do not match
 * @throws ArgumentError if a label of a list is not a class, `labelSmoothing` is outside 0 to 1, or
 *   an option is unknown
 *
 * @example
 * print(await scope(() => crossEntropy(zeros([2, 10]), [3, 7]).item())); // 2.3026
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor | ArrayLike<number>,
  options: CrossEntropyOptions = {},
): Tensor {
  checkTensor(logits, 'crossEntropy: logits');
  checkOptions('crossEntropy', options, { labelSmoothing: true, reduction: true });
  const { labelSmoothing = 0, reduction = 'mean' } = options;
  const [classes = 0] = logits.shape.slice(1);
  const target = indexTensor(labels, classes, logits, 'crossEntropy: label');
  return reduce(crossEntropyOp([logits, target], { smoothing: labelSmoothing }), reduction);
}

/**
 * Cross-entropy with class probabilities: -sum of targets * log softmax(logits) of each row,
 * averaged over the batch. In distillation the targets are the predictions of a teacher network.
 *
 * @param logits [N, classes], unnormalized
 * @param targets [N, classes], at least 0, each row sums to 1
 * @param reduction default `mean`: a scalar
 * @throws ShapeError if the shapes differ
 * @example
 * print(await scope(() => softCrossEntropy(zeros([1, 2]), tensor([[0.5, 0.5]])).item())); // 0.6931
 *
 * @see G. Hinton, O. Vinyals, J. Dean, "Distilling the Knowledge in a Neural Network", 2015
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 */
export function softCrossEntropy(
  logits: Tensor,
  targets: Tensor,
  reduction: Reduction = 'mean',
): Tensor {
  return reduce(softCrossEntropyOp([logits, targets], {}), reduction);
}

/**
 * Mean squared error of two tensors of the same shape.
 *
 * @param reduction default `mean`: a scalar
 * @throws ShapeError if the shapes differ
 * @example
 * print(await scope(() => mse(tensor([1, 3]), tensor([1, 1])).item())); // 2
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 */
export function mse(prediction: Tensor, target: Tensor, reduction: Reduction = 'mean'): Tensor {
  return mseOp([prediction, target], { reduction });
}

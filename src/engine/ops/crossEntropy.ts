// Cross-entropy with class indices or class probabilities.

import * as kernels from '../../../kernels/softmax.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { launch } from '../launch.js';
import { defineComposite, defineOp, type NoAttributes } from '../op.js';
import { checkOptions, describeValue } from '../options.js';
import { defineRoutine } from '../routine.js';
import { anywhere, randomIndices, positive } from '../sample.js';
import { format, sameShape, sizeOf, type Shape } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { add, mul, neg, scaleShift } from './arithmetic.js';
import {
  type LabelOptions,
  prepareLabels,
  reduceLabeled,
  withoutIgnored,
} from './internal/labels.js';
import { reduceLosses, type Reduction } from './internal/losses.js';
import { sum } from './reduce.js';
import { logSoftmax, logSumExp, shiftedByMax } from './softmax.js';
import { expand, permute, reshape } from './view.js';

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
  infer: ([logits, labels]) => {
    if (logits.length !== 2 || !sameShape(labels, [logits[0]])) {
      throw new ShapeError(
        `crossEntropy: needs logits [N, classes] and labels [N], got ${format(logits)} and ${format(labels)}`,
      );
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

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends LabelOptions {
  /**
   * Label smoothing: fraction of the target that is spread evenly over all classes, 0 (default) to
   * 1.
   */
  readonly labelSmoothing?: number;
}

/** Logits [N, classes, d1, ...] as rows [N d1 ..., classes], in the order of the labels. */
function toRows(logits: Tensor): Tensor {
  const { shape } = logits;
  if (shape.length === 2) return logits;
  const axes = shape.map((_, axis) => axis);
  const classesLast = permute(logits, [0, ...axes.slice(2), 1]);
  return reshape(classesLast, [sizeOf(shape.with(1, 1)), shape[1]]);
}

/** x in a shape, without a node in the graph if it has that shape already. */
const withShape = (x: Tensor, shape: Shape): Tensor =>
  sameShape(x.shape, shape) ? x : reshape(x, shape);

/**
 * Cross-entropy loss -log softmax(logits)[label], averaged over the batch.
 *
 * With a class weight w, the loss of a label y is w[y] times as large, and label smoothing weights
 * each class k by w[k].
 *
 * @param logits [N, classes] or [N, classes, d1, d2, ...], unnormalized
 * @param labels [N] or [N, d1, d2, ...], class indices from 0 to classes - 1: a tensor, or a flat
 *   list or typed array of numbers, which is validated. The loss of an invalid label in a tensor,
 *   whose elements are on the backend, is NaN, and so are the gradients of its row.
 * @returns a scalar; with reduction `none` the shape of the labels. The mean is NaN if all labels
 *   are ignored.
 * @throws ShapeError if the shapes do not match
 * @throws ArgumentError if a label of a list is neither a class nor `ignoreIndex`, `labelSmoothing`
 *   is outside 0 to 1, `weight` requires a gradient, or an option is unknown
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
  checkOptions('crossEntropy', options, {
    weight: true,
    ignoreIndex: true,
    labelSmoothing: true,
    reduction: true,
  });
  const { labelSmoothing: smoothing = 0, reduction = 'mean' } = options;
  const targets = prepareLabels(logits, labels, options, 'crossEntropy', 'logits');
  if (!(smoothing >= 0 && smoothing <= 1)) {
    throw new ArgumentError(
      `crossEntropy: labelSmoothing must be from 0 to 1, got ${describeValue(smoothing)}`,
    );
  }
  const { labels: valid, ignored, weights } = targets;
  const rows = toRows(logits);
  const rowLabels = withShape(valid, [rows.shape[0]]);
  const losses =
    weights === null
      ? crossEntropyOp([rows, rowLabels], { smoothing })
      : weightedCrossEntropy(
          [rows, rowLabels, weights.ofClasses, withShape(weights.ofLabels, rowLabels.shape)],
          smoothing,
        );
  const shaped = withShape(losses, valid.shape);
  return reduceLabeled(withoutIgnored(shaped, ignored), targets, reduction);
}

/**
 * One loss per row: (1 - s) w[y] L[y] + s / K * sum over k of w[k] L[k] for L = -log softmax(logits),
 * label y, class weights w, smoothing s and K classes.
 */
function weightedCrossEntropy(
  [logits, labels, classWeights, labelWeights]: readonly [Tensor, Tensor, Tensor, Tensor],
  smoothing: number,
): Tensor {
  const atLabels = mul(crossEntropyOp([logits, labels], { smoothing: 0 }), labelWeights);
  if (smoothing === 0) return atLabels;
  const overClasses = softCrossEntropyOp([logits, expand(classWeights, logits.shape)], {});
  return add(
    scaleShift(atLabels, 1 - smoothing),
    scaleShift(overClasses, smoothing / logits.shape[1]),
  );
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
  return reduceLosses(softCrossEntropyOp([logits, targets], {}), reduction);
}

// Class labels of a loss: their shape, ignored labels, and the weights of their classes.

import { ArgumentError, ShapeError } from '../../errors.js';
import { describeValue } from '../../options.js';
import { format, sameShape, sizeOf, type Shape } from '../../shape.js';
import { Tensor, tensor } from '../../tensor.js';
import { div } from '../arithmetic.js';
import { eq, logicalNot } from '../comparison.js';
import { gatherRows } from '../join.js';
import { maskedFill } from '../mask.js';
import { sum } from '../reduce.js';
import { reshape } from '../view.js';
import { indexTensor } from './indices.js';
import { checkConstant, reduceLosses, type Reduction } from './losses.js';

/** Options of losses with class labels. */
export interface LabelOptions {
  /**
   * A factor for each class: a tensor [classes], or a list or typed array of numbers. `mean` divides
   * by the sum of the factors of the labels. Default 1 for each.
   */
  readonly weight?: Tensor | ArrayLike<number>;
  /**
   * Label with a loss and a gradient of 0, which `mean` does not count. Default: none (PyTorch's
   * default is -100).
   */
  readonly ignoreIndex?: number;
  /** Default `mean`. */
  readonly reduction?: Reduction;
}

/** Labels that are ready for a loss; null stands for an option that is not used. */
export interface Targets {
  /** Valid class indices, also in place of the ignored labels. */
  readonly labels: Tensor;
  /** 1 where the label is ignored. */
  readonly ignored: Tensor | null;
  readonly weights: ClassWeights | null;
}

/** Weights of the classes. */
interface ClassWeights {
  /** The weight of each class, [classes]. */
  readonly ofClasses: Tensor;
  /** The weight of the class of each label; 0 for an ignored label. */
  readonly ofLabels: Tensor;
}

/** The shape of the labels of scores [N, classes, ...]: [N, ...]. */
const labelShape = ([batch, , ...rest]: Shape): Shape => [batch, ...rest];

/**
 * Prepares the labels of scores [N, classes, ...].
 *
 * @param what what the scores are, for messages: `logits`
 * @throws ShapeError if the shapes of scores, labels and weights do not match
 * @throws ArgumentError if a label of a list is not a class, or an option is invalid
 */
export function prepareLabels(
  scores: Tensor,
  given: Tensor | ArrayLike<number>,
  { weight, ignoreIndex }: LabelOptions,
  caller: string,
  what: string,
): Targets {
  const [, classes = 0] = scores.shape;
  if (ignoreIndex !== undefined && !Number.isInteger(ignoreIndex)) {
    throw new ArgumentError(
      `${caller}: ignoreIndex must be a whole number, got ${describeValue(ignoreIndex)}`,
    );
  }
  const labels = shapedLabels(
    indexTensor(given, classes, scores, `${caller}: label`, ignoreIndex),
    !(given instanceof Tensor),
    scores.shape,
  );
  if (scores.shape.length < 2 || !sameShape(labels.shape, labelShape(scores.shape))) {
    throw new ShapeError(
      `${caller}: needs ${what} [N, classes, ...] and labels [N, ...], got ${format(scores.shape)} and ${format(labels.shape)}`,
    );
  }
  const ignored = ignoreIndex === undefined ? null : eq(labels, ignoreIndex);
  const valid = ignored === null ? labels : maskedFill(labels, ignored, 0);
  if (weight === undefined) return { labels: valid, ignored, weights: null };
  const ofClasses = classWeightTensor(weight, classes, scores, caller);
  const column = gatherRows(reshape(ofClasses, [classes, 1]), valid); // [N, ..., 1]
  const ofLabels = withoutIgnored(reshape(column, valid.shape), ignored);
  return { labels: valid, ignored, weights: { ofClasses, ofLabels } };
}

/** Labels given as a flat list get the shape that the scores require, if their number fits. */
function shapedLabels(labels: Tensor, isList: boolean, scores: Shape): Tensor {
  const shape = labelShape(scores);
  const fits = isList && scores.length > 2 && sizeOf(shape) === labels.size;
  return fits ? reshape(labels, shape) : labels;
}

function classWeightTensor(
  weight: Tensor | ArrayLike<number>,
  classes: number,
  scores: Tensor,
  caller: string,
): Tensor {
  const what = `${caller}: weight`;
  if (!(weight instanceof Tensor) && typeof (weight as unknown) !== 'object') {
    throw new ArgumentError(
      `${what} must be a tensor or a list of numbers, got ${describeValue(weight)}`,
    );
  }
  const weights =
    weight instanceof Tensor
      ? weight
      : tensor(Float64Array.from(weight), { backend: scores.array.backend });
  if (!sameShape(weights.shape, [classes])) {
    throw new ShapeError(
      `${what} must be [${classes}], one number per class, got ${format(weights.shape)}`,
    );
  }
  checkConstant(weights, what);
  return weights;
}

/** Sets the elements of ignored labels to 0. */
export function withoutIgnored(values: Tensor, ignored: Tensor | null): Tensor {
  return ignored === null ? values : maskedFill(values, ignored, 0);
}

/** Reduces losses, which are 0 at ignored labels. The mean is NaN if all labels are ignored. */
export function reduceLabeled(
  losses: Tensor,
  { ignored, weights }: Targets,
  reduction: Reduction,
): Tensor {
  if (reduction !== 'mean' || (weights === null && ignored === null)) {
    return reduceLosses(losses, reduction);
  }
  return div(sum(losses), sum(weights?.ofLabels ?? logicalNot(ignored!)));
}

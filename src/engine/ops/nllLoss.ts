// Negative log-likelihood of class labels under log-probabilities.

import * as kernels from '../../../kernels/loss.js';
import { launch } from '../launch.js';
import { defineOp, type NoAttributes } from '../op.js';
import { checkOptions } from '../options.js';
import { anywhere, randomIndices } from '../sample.js';
import { splitAtAxis } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { mul } from './arithmetic.js';
import {
  type LabelOptions,
  prepareLabels,
  reduceLabeled,
  withoutIgnored,
} from './internal/labels.js';

/** The op behind `nllLoss`: log-probabilities [N, classes, ...], labels [N, ...]. */
export const nllLossOp = defineOp<NoAttributes>({
  name: 'nllLoss',
  infer: ([, labels]) => labels,
  forward: ([logProbabilities, labels]) => {
    const { size, inner } = splitAtAxis(logProbabilities.shape, 1);
    return launch(
      kernels.negativeLogLikelihood,
      [logProbabilities, labels],
      labels.shape,
      { size, inner },
      { invalid: NaN },
    );
  },
  // The derivative is -1 at the label.
  backward: ({ grad, inputs: [{ shape }, labels] }) => [
    () => {
      const { size, inner } = splitAtAxis(shape, 1);
      return launch(
        kernels.negativeLogLikelihoodGrad,
        [grad, labels],
        shape,
        { size, inner },
        { invalid: NaN },
      );
    },
    null,
  ],
  samples: [
    { title: 'rows', inputs: [anywhere(4, 5), randomIndices(5, 4)], attributes: {} },
    { title: 'images', inputs: [anywhere(2, 4, 3, 2), randomIndices(4, 2, 3, 2)], attributes: {} },
  ],
});

/**
 * Negative log-likelihood -x[label] of log-probabilities x, averaged over the labels. After
 * `logSoftmax` it is `crossEntropy`.
 *
 * @param logProbabilities [N, classes] or [N, classes, d1, d2, ...]
 * @param labels [N] or [N, d1, d2, ...], class indices from 0 to classes - 1: a tensor, or a flat
 *   list or typed array of numbers, which is validated. The loss of an invalid label in a tensor,
 *   whose elements are on the backend, is NaN.
 * @returns a scalar; with reduction `none` the shape of the labels
 * @throws ShapeError if the shapes do not match
 * @throws ArgumentError if a label of a list is neither a class nor `ignoreIndex`, `weight` requires
 *   a gradient, or an option is unknown
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
 * @example
 * const loss = scope(() => {
 *   const logProbabilities = tensor([[-1, -2], [-3, -4], [-5, -6]]);
 *   return nllLoss(logProbabilities, [0, 1, -1], { weight: [1, 3], ignoreIndex: -1 }).item();
 * });
 * print(await loss); // 3.25
 */
export function nllLoss(
  logProbabilities: Tensor,
  labels: Tensor | ArrayLike<number>,
  options: LabelOptions = {},
): Tensor {
  checkTensor(logProbabilities, 'nllLoss: logProbabilities');
  checkOptions('nllLoss', options, { weight: true, ignoreIndex: true, reduction: true });
  const { reduction = 'mean' } = options;
  const targets = prepareLabels(logProbabilities, labels, options, 'nllLoss', 'logProbabilities');
  const losses = nllLossOp([logProbabilities, targets.labels], {});
  const { weights } = targets;
  const weighted = weights === null ? losses : mul(losses, weights.ofLabels);
  return reduceLabeled(withoutIgnored(weighted, targets.ignored), targets, reduction);
}

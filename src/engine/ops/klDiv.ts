// Kullback-Leibler divergence.

import { defineComposite } from '../op.js';
import { checkOptions } from '../options.js';
import { anywhere, positive } from '../sample.js';
import type { Tensor } from '../tensor.js';
import { mul, scaleShift, sub, where } from './arithmetic.js';
import { checkReduction, checkSameShape, reduceLosses, type Reduction } from './internal/losses.js';
import { exp, log } from './unary.js';

/** The op behind `klDiv`: one term per element. */
export const klDivOp = defineComposite<{ readonly logTarget: boolean }>({
  name: 'klDiv',
  compose: ([prediction, target], { logTarget }) => {
    checkSameShape('klDiv', prediction.shape, target.shape);
    if (logTarget) return mul(exp(target), sub(target, prediction));
    // t ln t is 0 for t = 0.
    return sub(where(target, mul(target, log(target)), 0), mul(target, prediction));
  },
  samples: [
    { title: 'rows', inputs: [anywhere(3, 5), positive(3, 5)], attributes: { logTarget: false } },
    { title: 'log', inputs: [anywhere(2, 3), anywhere(2, 3)], attributes: { logTarget: true } },
  ],
});

/** The reductions of `klDiv`. */
export const KL_DIV_REDUCTIONS: readonly string[] = ['mean', 'batchMean', 'sum', 'none'];

/** Options of `klDiv`. */
export interface KlDivOptions {
  /** Whether the target contains log-probabilities instead of probabilities. Default false. */
  readonly logTarget?: boolean;
  /**
   * `batchMean` divides the sum by the size of the first axis, as the mathematical definition does.
   * Default `mean`, as in PyTorch: over all elements.
   */
  readonly reduction?: Reduction | 'batchMean';
}

/**
 * Kullback-Leibler divergence of a predicted distribution from a target distribution: the terms
 * t (ln t - x) for log-probabilities x and probabilities t, averaged over all elements.
 *
 * @param prediction log-probabilities, such as the output of `logSoftmax`; any shape
 * @param target probabilities, same shape; a term with a probability of 0 is 0 if x is finite
 * @throws ShapeError if the shapes differ
 * @throws ArgumentError if an option is unknown
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html
 * @example
 * const divergence = scope(() => {
 *   const prediction = logSoftmax(tensor([[0, 0]]));
 *   return klDiv(prediction, tensor([[1, 0]]), { reduction: 'batchMean' }).item();
 * });
 * print(await divergence); // 0.6931
 */
export function klDiv(prediction: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  checkOptions('klDiv', options, { logTarget: true, reduction: true });
  const { logTarget = false, reduction = 'mean' } = options;
  checkReduction('klDiv', reduction, KL_DIV_REDUCTIONS);
  const terms = klDivOp([prediction, target], { logTarget });
  if (reduction !== 'batchMean') return reduceLosses(terms, reduction);
  const [rows = 1] = terms.shape;
  return scaleShift(reduceLosses(terms, 'sum'), 1 / rows);
}

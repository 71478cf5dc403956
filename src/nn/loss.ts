// Losses as objects with options. They are not modules: they take two tensors and have no state.

import { crossEntropy, mse, type CrossEntropyOptions, type Reduction } from '../engine/ops/loss.js';
import type { Tensor } from '../engine/tensor.js';
import { check } from './options.js';

/** A function that measures the error of a prediction. */
export interface Loss {
  /** Computes the loss, a scalar unless the reduction is `none`. */
  forward(prediction: Tensor, target: Tensor): Tensor;
}

/**
 * -log softmax(logits)[label], averaged over the batch: logits [N, classes], labels [N] -> a
 * scalar.
 *
 * @example
 * const criterion = new CrossEntropyLoss({ labelSmoothing: 0.1 });
 * print(await scope(() => criterion.forward(zeros([2, 10]), tensor([3, 7])).item())); // 2.3026
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 */
export class CrossEntropyLoss implements Loss {
  /** Label smoothing (default 0) and reduction (default `mean`). */
  readonly options: CrossEntropyOptions;

  constructor(options: CrossEntropyOptions = {}) {
    const { labelSmoothing = 0 } = options;
    const valid = labelSmoothing >= 0 && labelSmoothing <= 1;
    check('CrossEntropyLoss', 'labelSmoothing', labelSmoothing, 'from 0 to 1', valid);
    this.options = options;
  }

  /**
   * Loss of logits [N, classes] and labels [N].
   *
   * @throws ShapeError if the shapes do not match
   */
  forward(logits: Tensor, labels: Tensor): Tensor {
    return crossEntropy(logits, labels, this.options);
  }
}

/**
 * (prediction - target)^2, averaged over all elements of two tensors of the same shape.
 *
 * @example
 * const criterion = new MSELoss();
 * print(await scope(() => criterion.forward(tensor([1, 3]), tensor([1, 1])).item())); // 2
 */
export class MSELoss implements Loss {
  /** Default `mean`. */
  readonly reduction: Reduction;

  constructor({ reduction = 'mean' }: { readonly reduction?: Reduction } = {}) {
    this.reduction = reduction;
  }

  /**
   * Loss of two tensors of the same shape.
   *
   * @throws ShapeError if the shapes differ
   */
  forward(prediction: Tensor, target: Tensor): Tensor {
    return mse(prediction, target, this.reduction);
  }
}

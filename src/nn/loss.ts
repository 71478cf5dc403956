// Losses as objects with options. They are not modules: they take two tensors and have no state.

import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
} from '../engine/ops/binaryCrossEntropy.js';
import { crossEntropy, type CrossEntropyOptions } from '../engine/ops/crossEntropy.js';
import type { LabelOptions } from '../engine/ops/internal/labels.js';
import { checkReduction, type Reduction } from '../engine/ops/internal/losses.js';
import { KL_DIV_REDUCTIONS, klDiv, type KlDivOptions } from '../engine/ops/klDiv.js';
import { nllLoss } from '../engine/ops/nllLoss.js';
import {
  huber,
  l1,
  mse,
  smoothL1,
  type HuberOptions,
  type SmoothL1Options,
} from '../engine/ops/regressionLoss.js';
import { checkOptions, type OptionNames } from '../engine/options.js';
import type { Tensor } from '../engine/tensor.js';
import { check } from './options.js';

/** A function that measures the error of a prediction. */
export interface Loss {
  /** Computes the loss, a scalar unless the reduction is `none`. */
  forward(prediction: Tensor, target: Tensor): Tensor;
}

/** Validates the names of the options and the reduction. */
function checkLossOptions<T extends { readonly reduction?: string }>(
  caller: string,
  options: T,
  names: OptionNames<T>,
  reductions?: readonly string[],
): void {
  checkOptions(caller, options, names);
  checkReduction(caller, options.reduction ?? 'mean', reductions);
}

/**
 * -log softmax(logits)[label], averaged over the batch: logits [N, classes, ...], labels [N, ...] ->
 * a scalar.
 *
 * @example
 * const criterion = new CrossEntropyLoss({ labelSmoothing: 0.1 });
 * print(await scope(() => criterion.forward(zeros([2, 10]), tensor([3, 7])).item())); // 2.3026
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 */
export class CrossEntropyLoss implements Loss {
  /** Class weights, ignored label, label smoothing (default 0) and reduction (default `mean`). */
  readonly options: CrossEntropyOptions;

  /** @throws ArgumentError if an option is unknown or invalid */
  constructor(options: CrossEntropyOptions = {}) {
    checkLossOptions('CrossEntropyLoss', options, {
      weight: true,
      ignoreIndex: true,
      labelSmoothing: true,
      reduction: true,
    });
    const { labelSmoothing = 0 } = options;
    const valid = labelSmoothing >= 0 && labelSmoothing <= 1;
    check('CrossEntropyLoss', 'labelSmoothing', labelSmoothing, 'from 0 to 1', valid);
    this.options = options;
  }

  /**
   * Loss of logits [N, classes, ...] and labels [N, ...].
   *
   * @throws ShapeError if the shapes do not match
   */
  forward(logits: Tensor, labels: Tensor): Tensor {
    return crossEntropy(logits, labels, this.options);
  }
}

/**
 * -x[label] of log-probabilities x, averaged over the labels: x [N, classes, ...], labels [N, ...]
 * -> a scalar.
 *
 * @example
 * const criterion = new NLLLoss({ reduction: 'sum' });
 * const loss = scope(() => {
 *   const logProbabilities = tensor([[-1, -2], [-3, -4]]);
 *   return criterion.forward(logProbabilities, tensor([0, 1])).item();
 * });
 * print(await loss); // 5
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
 */
export class NLLLoss implements Loss {
  /** Class weights, ignored label and reduction (default `mean`). */
  readonly options: LabelOptions;

  /** @throws ArgumentError if an option is unknown or invalid */
  constructor(options: LabelOptions = {}) {
    const names = { weight: true, ignoreIndex: true, reduction: true } as const;
    checkLossOptions('NLLLoss', options, names);
    this.options = options;
  }

  /**
   * Loss of log-probabilities [N, classes, ...] and labels [N, ...].
   *
   * @throws ShapeError if the shapes do not match
   */
  forward(logProbabilities: Tensor, labels: Tensor): Tensor {
    return nllLoss(logProbabilities, labels, this.options);
  }
}

/**
 * Binary cross-entropy of probabilities and targets of the same shape, averaged over all elements.
 *
 * @example
 * const criterion = new BCELoss();
 * const loss = scope(() => criterion.forward(tensor([0.5, 0.9]), tensor([0, 1])).item());
 * print(await loss); // 0.3993
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html
 */
export class BCELoss implements Loss {
  /** Weight of each element (default 1) and reduction (default `mean`). */
  readonly options: BinaryCrossEntropyOptions;

  /** @throws ArgumentError if an option is unknown or invalid */
  constructor(options: BinaryCrossEntropyOptions = {}) {
    checkLossOptions('BCELoss', options, { weight: true, reduction: true });
    this.options = options;
  }

  /**
   * Loss of probabilities and targets of the same shape.
   *
   * @throws ShapeError if the shapes differ
   */
  forward(prediction: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(prediction, target, this.options);
  }
}

/**
 * Binary cross-entropy of sigmoid(logits) and targets of the same shape, averaged over all elements.
 *
 * @example
 * const criterion = new BCEWithLogitsLoss({ posWeight: 3 });
 * print(await scope(() => criterion.forward(tensor([0, 0]), tensor([0, 1])).item())); // 1.3863
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
 */
export class BCEWithLogitsLoss implements Loss {
  /** Weights of each element and of the positive targets (default 1), reduction (default `mean`). */
  readonly options: BinaryCrossEntropyWithLogitsOptions;

  /** @throws ArgumentError if an option is unknown or invalid */
  constructor(options: BinaryCrossEntropyWithLogitsOptions = {}) {
    const names = { weight: true, posWeight: true, reduction: true } as const;
    checkLossOptions('BCEWithLogitsLoss', options, names);
    this.options = options;
  }

  /**
   * Loss of logits and targets of the same shape.
   *
   * @throws ShapeError if the shapes differ
   */
  forward(logits: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(logits, target, this.options);
  }
}

/**
 * Kullback-Leibler divergence of log-probabilities from target probabilities of the same shape,
 * averaged over all elements; `batchMean` is the mathematical definition.
 *
 * @example
 * const criterion = new KLDivLoss({ reduction: 'batchMean' });
 * const loss = scope(() => criterion.forward(tensor([[-1, -2]]), tensor([[1, 0]])).item());
 * print(await loss); // 1
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html
 */
export class KLDivLoss implements Loss {
  /** Whether targets are log-probabilities (default false), and reduction (default `mean`). */
  readonly options: KlDivOptions;

  /** @throws ArgumentError if an option is unknown or invalid */
  constructor(options: KlDivOptions = {}) {
    const names = { logTarget: true, reduction: true } as const;
    checkLossOptions('KLDivLoss', options, names, KL_DIV_REDUCTIONS);
    this.options = options;
  }

  /**
   * Divergence of log-probabilities and targets of the same shape.
   *
   * @throws ShapeError if the shapes differ
   */
  forward(prediction: Tensor, target: Tensor): Tensor {
    return klDiv(prediction, target, this.options);
  }
}

/** Options of `MSELoss` and `L1Loss`. */
export interface RegressionLossOptions {
  /** Default `mean`. */
  readonly reduction?: Reduction;
}

/**
 * (prediction - target)^2, averaged over all elements of two tensors of the same shape.
 *
 * @example
 * const criterion = new MSELoss();
 * print(await scope(() => criterion.forward(tensor([1, 3]), tensor([1, 1])).item())); // 2
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 */
export class MSELoss implements Loss {
  /** Default `mean`. */
  readonly reduction: Reduction;

  /** @throws ArgumentError if an option is unknown or invalid */
  constructor(options: RegressionLossOptions = {}) {
    checkLossOptions('MSELoss', options, { reduction: true });
    this.reduction = options.reduction ?? 'mean';
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

/**
 * |prediction - target|, averaged over all elements of two tensors of the same shape.
 *
 * @example
 * const criterion = new L1Loss();
 * print(await scope(() => criterion.forward(tensor([1, 3]), tensor([1, 0])).item())); // 1.5
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.L1Loss.html
 */
export class L1Loss implements Loss {
  /** Default `mean`. */
  readonly reduction: Reduction;

  /** @throws ArgumentError if an option is unknown or invalid */
  constructor(options: RegressionLossOptions = {}) {
    checkLossOptions('L1Loss', options, { reduction: true });
    this.reduction = options.reduction ?? 'mean';
  }

  /**
   * Loss of two tensors of the same shape.
   *
   * @throws ShapeError if the shapes differ
   */
  forward(prediction: Tensor, target: Tensor): Tensor {
    return l1(prediction, target, this.reduction);
  }
}

/**
 * With d = |prediction - target|: d^2 / 2 below delta, and delta (d - delta / 2) from there on,
 * averaged over all elements of two tensors of the same shape.
 *
 * @example
 * const criterion = new HuberLoss({ delta: 2 });
 * print(await scope(() => criterion.forward(tensor([1, 3]), tensor([0, 0])).item())); // 2.25
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html
 */
export class HuberLoss implements Loss {
  /** Delta (default 1) and reduction (default `mean`). */
  readonly options: HuberOptions;

  /** @throws ArgumentError if an option is unknown or invalid */
  constructor(options: HuberOptions = {}) {
    checkLossOptions('HuberLoss', options, { delta: true, reduction: true });
    const { delta = 1 } = options;
    check('HuberLoss', 'delta', delta, 'above 0', delta > 0);
    this.options = options;
  }

  /**
   * Loss of two tensors of the same shape.
   *
   * @throws ShapeError if the shapes differ
   */
  forward(prediction: Tensor, target: Tensor): Tensor {
    return huber(prediction, target, this.options);
  }
}

/**
 * With d = |prediction - target|: d^2 / (2 beta) below beta, and d - beta / 2 from there on, averaged
 * over all elements of two tensors of the same shape.
 *
 * @example
 * const criterion = new SmoothL1Loss({ beta: 2 });
 * print(await scope(() => criterion.forward(tensor([1, 3]), tensor([0, 0])).item())); // 1.125
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html
 */
export class SmoothL1Loss implements Loss {
  /** Beta (default 1) and reduction (default `mean`). */
  readonly options: SmoothL1Options;

  /** @throws ArgumentError if an option is unknown or invalid */
  constructor(options: SmoothL1Options = {}) {
    checkLossOptions('SmoothL1Loss', options, { beta: true, reduction: true });
    const { beta = 1 } = options;
    check('SmoothL1Loss', 'beta', beta, 'at least 0', beta >= 0);
    this.options = options;
  }

  /**
   * Loss of two tensors of the same shape.
   *
   * @throws ShapeError if the shapes differ
   */
  forward(prediction: Tensor, target: Tensor): Tensor {
    return smoothL1(prediction, target, this.options);
  }
}

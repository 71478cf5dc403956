// Dropout layer: active in training, the identity in evaluation.

import { checkOptions, checkRng } from '../../engine/options.js';
import { dropout } from '../../engine/ops/dropout.js';
import type { Rng } from '../../engine/rng.js';
import type { Tensor } from '../../engine/tensor.js';
import { Module } from '../module.js';
import { check } from '../options.js';

/** Options of `Dropout`. */
export interface DropoutOptions {
  /** Probability that an element is set to 0. Default 0.5. */
  readonly probability?: number;
  /** Stream that the masks are drawn from. */
  readonly rng: Rng;
}

/**
 * In training, sets each element to 0 with `probability` and multiplies the others by 1 / (1 -
 * probability). In evaluation, and for probability 0, it is the identity and draws nothing.
 *
 * @example
 * const layer = new Dropout({ probability: 0.5, rng: new Rng(1) });
 * const y = await scope(() => layer.forward(ones([8])).data());
 * print(y.every((value) => value === 0 || value === 2)); // true
 * layer.eval();
 * print(await scope(() => layer.forward(ones([3])).data())); // [1, 1, 1]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 */
export class Dropout extends Module {
  /** Probability that an element is set to 0. */
  readonly probability: number;
  /**
   * Stream of the masks. A stream cannot be rewound: to resume from a checkpoint, assign its stream
   * here.
   */
  rng: Rng;

  constructor(options: DropoutOptions) {
    super();
    checkOptions('Dropout', options, { probability: true, rng: true });
    const { probability = 0.5, rng } = options;
    checkRng('Dropout', rng);
    check(
      'Dropout',
      'probability',
      probability,
      'at least 0 and below 1',
      probability >= 0 && probability < 1,
    );
    this.probability = probability;
    this.rng = rng;
  }

  override forward(x: Tensor): Tensor {
    return this.training && this.probability > 0 ? dropout(x, this.probability, this.rng) : x;
  }

  protected override describe(): string {
    return `probability=${this.probability}`;
  }
}

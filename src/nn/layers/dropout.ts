// The dropout layer: drops values in training, does nothing in evaluation. Imports module and the dropout op.

import { dropout } from '../../engine/ops/dropout.js';
import type { Rng } from '../../engine/rng.js';
import type { Tensor } from '../../engine/tensor.js';
import { Module } from '../module.js';
import { check } from '../options.js';

export interface DropoutOptions {
  /** Chance that a value is set to 0. Default 0.5. */
  readonly probability?: number;
  /** Where the masks are drawn from. */
  readonly rng: Rng;
}

/**
 * In training, sets each value to 0 with `probability` and multiplies the others by 1 / (1 - probability). The
 * identity in evaluation and for probability 0, when it draws nothing.
 *
 * @example
 * const layer = new Dropout({ probability: 0.5, rng: new Rng(1) });
 * print(await scope(() => layer.forward(ones([8])).data())); // zeros and twos
 * layer.eval();
 * print(await scope(() => layer.forward(ones([8])).data())); // ones
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 */
export class Dropout extends Module {
  readonly probability: number;
  /** The stream of the masks. A stream cannot be rewound: to go on from a checkpoint, put its stream here. */
  rng: Rng;

  constructor({ probability = 0.5, rng }: DropoutOptions) {
    super();
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

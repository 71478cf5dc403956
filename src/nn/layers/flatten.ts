// Flatten layer: converts images to rows, between convolutions and fully connected layers.

import { checkOptions } from '../../engine/options.js';
import { flatten } from '../../engine/ops/view.js';
import type { Tensor } from '../../engine/tensor.js';
import { Module } from '../module.js';

/** Options of `Flatten`. */
export interface FlattenOptions {
  /** First axis to flatten. Default 1, which keeps the batch axis. */
  readonly startAxis?: number;
}

/**
 * Joins all axes from `startAxis` on: [N, C, H, W] -> [N, C * H * W], without a copy.
 *
 * @example
 * scope(() => print(new Flatten().forward(zeros([8, 128, 3, 3])).shape)); // [8, 1152]
 */
export class Flatten extends Module {
  /** First axis to flatten. */
  readonly startAxis: number;

  constructor(options: FlattenOptions = {}) {
    super();
    checkOptions('Flatten', options, { startAxis: true });
    const { startAxis = 1 } = options;
    this.startAxis = startAxis;
  }

  override forward(x: Tensor): Tensor {
    return flatten(x, this.startAxis);
  }
}

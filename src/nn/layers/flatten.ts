// Flatten: from images to rows, between convolutions and fully connected layers. Imports module and the view op.

import { flatten } from '../../engine/ops/view.js';
import type { Tensor } from '../../engine/tensor.js';
import { Module } from '../module.js';

export interface FlattenOptions {
  /** First of the axes that become one. Default 1, so that the batch stays. */
  readonly startAxis?: number;
}

/**
 * Joins all axes from `startAxis` on: [N, C, H, W] -> [N, C * H * W]. Copies nothing.
 *
 * @example
 * scope(() => print(new Flatten().forward(zeros([8, 128, 3, 3])).shape)); // [8, 1152]
 */
export class Flatten extends Module {
  readonly startAxis: number;

  constructor({ startAxis = 1 }: FlattenOptions = {}) {
    super();
    this.startAxis = startAxis;
  }

  override forward(x: Tensor): Tensor {
    return flatten(x, this.startAxis);
  }
}

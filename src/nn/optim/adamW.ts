// AdamW: Adam with weight decay decoupled from the moment estimates (Loshchilov and Hutter,
// "Decoupled weight decay regularization", 2019).

import type { Parameter } from '../parameter.js';
import { Adam, type AdamOptions } from './adam.js';

/**
 * parameter = (1 - lr weightDecay) parameter, then Adam's update with the unmodified gradient.
 * Default weightDecay 0.01.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 */
export class AdamW extends Adam {
  override readonly type = 'adamW';

  constructor(
    parameters: readonly Parameter[],
    { weightDecay = 0.01, ...options }: AdamOptions = {},
  ) {
    super(parameters, { ...options, weightDecay });
  }

  protected override decay(weightDecay: number): { penalty: number; shrink: number } {
    return { penalty: 0, shrink: 1 - this.lr * weightDecay };
  }
}

// The optimizers of a run.

import { Adam, AdamW, SGD, type Optimizer, type Parameter } from '../../nn/index.js';

/** adam: Adam without weight decay. adamw: Adam with decoupled weight decay. sgd: with momentum 0.9. */
export const OPTIMIZERS = ['adam', 'adamw', 'sgd'] as const;
export type OptimizerName = (typeof OPTIMIZERS)[number];

const MOMENTUM = 0.9;

export interface OptimizerSettings {
  readonly learningRate: number;
  /** Ignored by `adam`. */
  readonly weightDecay: number;
}

export function makeOptimizer(
  name: OptimizerName,
  parameters: readonly Parameter[],
  { learningRate: lr, weightDecay }: OptimizerSettings,
): Optimizer {
  switch (name) {
    case 'adam':
      return new Adam(parameters, { lr });
    case 'adamw':
      return new AdamW(parameters, { lr, weightDecay });
    case 'sgd':
      return new SGD(parameters, { lr, momentum: MOMENTUM, weightDecay });
  }
}

// Samples of the optimizers' updates, which change their arrays in place.

import { concat, mul, noGrad, type Tensor } from '../../engine/index.js';
import { anywhere, positive } from '../../engine/sample.js';
import { adamStep } from '../../nn/optim/adam.js';
import { sgdStep } from '../../nn/optim/sgd.js';
import type { Computation } from './computation.js';

const LENGTH = 1003;

/** Copies of the arrays that an update replaces; the inputs of a sample stay as they are. */
const copies = (tensors: readonly Tensor[]): Tensor[] => tensors.map((each) => mul(each, 1));

const inputs = [anywhere, anywhere, anywhere, positive].map((make) => ({
  ...make(LENGTH),
  differentiable: false,
}));

const sgd = (title: string, nesterov: 0 | 1, weightDecay: number): Computation => ({
  title: `sgd: ${title}`,
  inputs: inputs.slice(0, 3),
  call: ([weights, gradient, state]) =>
    noGrad(() => {
      const [parameter, velocity] = copies([weights, state]);
      sgdStep(
        [parameter.array, gradient.array, velocity.array],
        { length: LENGTH },
        { lr: 0.1, momentum: 0.9, oneMinusDampening: 1, weightDecay, nesterov },
      );
      return concat([parameter, velocity]);
    }),
});

const adam = (title: string, weightDecay: number, shrink: number): Computation => ({
  title: `adam: ${title}`,
  inputs,
  call: ([weights, gradient, mean, square]) =>
    noGrad(() => {
      const [parameter, first, second] = copies([weights, mean, square]);
      adamStep(
        [parameter.array, gradient.array, first.array, second.array],
        { parameters: 1 },
        {
          stepSize: 0.01,
          beta1: 0.9,
          beta2: 0.999,
          biasCorrection2Sqrt: 0.5,
          epsilon: 1e-8,
          weightDecay,
          shrink,
        },
      );
      return concat([parameter, first, second]);
    }),
});

export const optimizerSamples: readonly Computation[] = [
  sgd('momentum', 0, 0),
  sgd('Nesterov, weight decay', 1, 0.01),
  adam('plain', 0, 1),
  adam('weight decay', 0.01, 1),
  adam('decoupled weight decay', 0, 0.99),
];

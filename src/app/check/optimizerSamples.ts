// Samples of the optimizers' updates, which change their arrays in place.

import { concat, mul, noGrad, type Tensor } from '../../engine/index.js';
import { anywhere, positive } from '../../engine/sample.js';
import { adagradStep } from '../../nn/optim/adagrad.js';
import { adamStep, amsgradStep } from '../../nn/optim/adam.js';
import { rmspropStep } from '../../nn/optim/rmsprop.js';
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

const ADAM = {
  stepSize: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  biasCorrection2Sqrt: 0.5,
  epsilon: 1e-8,
};

const adam = (title: string, weightDecay: number, shrink: number): Computation => ({
  title: `adam: ${title}`,
  inputs,
  call: ([weights, gradient, mean, square]) =>
    noGrad(() => {
      const [parameter, first, second] = copies([weights, mean, square]);
      adamStep(
        [parameter.array, gradient.array, first.array, second.array],
        { parameters: 1 },
        { ...ADAM, weightDecay, shrink },
      );
      return concat([parameter, first, second]);
    }),
});

const amsgrad = (title: string, weightDecay: number, shrink: number): Computation => ({
  title: `adam, amsgrad: ${title}`,
  inputs: [...inputs, inputs[3]],
  call: ([weights, gradient, mean, square, largest]) =>
    noGrad(() => {
      const [parameter, first, second, maximum] = copies([weights, mean, square, largest]);
      amsgradStep(
        [parameter, gradient, first, second, maximum].map(({ array }) => array),
        { length: LENGTH },
        { ...ADAM, weightDecay, shrink },
      );
      return concat([parameter, first, second, maximum]);
    }),
});

const rmsprop = (title: string, hasVelocity: 0 | 1, centered: 0 | 1): Computation => ({
  title: `rmsprop: ${title}`,
  inputs,
  call: ([weights, gradient, velocities, squares]) =>
    noGrad(() => {
      // A square above average^2 = 0.
      const [parameter, velocity, square, average] = copies([
        weights,
        velocities,
        squares,
        squares,
      ]);
      const state = [
        square,
        ...(hasVelocity === 1 ? [velocity] : []),
        ...(centered === 1 ? [mul(average, 0)] : []),
      ];
      rmspropStep(
        [parameter, gradient, ...state].map(({ array }) => array),
        { hasVelocity, centered },
        { lr: 0.1, alpha: 0.9, epsilon: 1e-3, weightDecay: 0.01, momentum: 0.8 },
      );
      return concat([parameter, ...state]);
    }),
});

const adagrad = (title: string, weightDecay: number): Computation => ({
  title: `adagrad: ${title}`,
  inputs,
  call: ([weights, gradient, , squares]) =>
    noGrad(() => {
      const [parameter, sum] = copies([weights, squares]);
      adagradStep(
        [parameter.array, gradient.array, sum.array],
        { length: LENGTH },
        { lr: 0.1, epsilon: 1e-10, weightDecay },
      );
      return concat([parameter, sum]);
    }),
});

export const optimizerSamples: readonly Computation[] = [
  sgd('momentum', 0, 0),
  sgd('Nesterov, weight decay', 1, 0.01),
  adam('plain', 0, 1),
  adam('weight decay', 0.01, 1),
  adam('decoupled weight decay', 0, 0.99),
  amsgrad('weight decay', 0.01, 1),
  amsgrad('decoupled weight decay', 0, 0.99),
  rmsprop('plain', 0, 0),
  rmsprop('momentum', 1, 0),
  rmsprop('centered', 0, 1),
  rmsprop('momentum, centered', 1, 1),
  adagrad('plain', 0),
  adagrad('weight decay', 0.01),
];

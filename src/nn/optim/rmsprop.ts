// RMSprop: gradient descent whose steps are divided by a running root mean square of the gradient
// (Tieleman and Hinton, 2012).
// The order of operations matches PyTorch.

import * as kernels from '../../../kernels/optimizer.js';
import { elementwise, updateInPlace } from '../../engine/launch.js';
import type { NdArray } from '../../engine/ndarray.js';
import { defineRoutine } from '../../engine/routine.js';
import { type ParameterUpdate, Optimizer } from './optimizer.js';
import { flagOption, nonNegativeOption } from './optionRules.js';
import type { GroupRules, ParametersOrGroups } from './parameterGroup.js';

/** Which arrays exist, 0 or 1. */
type RmspropConstants = Readonly<Record<'hasVelocity' | 'centered', number>>;

type RmspropScalars = Readonly<
  Record<'lr' | 'alpha' | 'epsilon' | 'weightDecay' | 'momentum', number>
>;

/**
 * (parameter, grad, square, velocity if there is one, average of the gradient if centered): all but
 * the gradient are updated in place.
 */
export const rmspropStep = defineRoutine<RmspropConstants, RmspropScalars>({
  name: 'rmspropStep',
  outputs: ({ hasVelocity, centered }) =>
    Array.from({ length: 2 + hasVelocity + centered }, () => []),
  replaces: ({ hasVelocity, centered }) => [0, 2, 3, 4].slice(0, 2 + hasVelocity + centered),
  compose: (
    [parameter, grad, square, ...optional],
    { hasVelocity, centered },
    { lr, alpha, epsilon, weightDecay, momentum },
  ) => {
    const penalized =
      weightDecay === 0
        ? grad
        : elementwise(kernels.decayedGrad, [grad, parameter], { weightDecay });
    updateInPlace(kernels.movingSquare, square, [penalized], { beta: alpha });
    let direction: NdArray;
    if (centered === 1) {
      const average = optional[hasVelocity];
      updateInPlace(kernels.movingAverage, average, [penalized], { beta: alpha, alpha: 1 - alpha });
      const inputs = [penalized, square, average];
      direction = elementwise(kernels.divideByDeviation, inputs, { epsilon });
    } else {
      direction = elementwise(kernels.divideByRoot, [penalized, square], { epsilon });
    }
    if (hasVelocity === 1) {
      const velocity = optional[0];
      updateInPlace(kernels.movingAverage, velocity, [direction], { beta: momentum, alpha: 1 });
      direction = velocity;
    }
    updateInPlace(kernels.sgdUpdate, parameter, [direction], { lr });
    return [parameter, square, ...optional];
  },
});

/** Options of `RMSprop`, for all parameters or for a group; ArgumentError if one is out of range. */
export interface RMSpropOptions {
  /** Learning rate. Default 0.01. */
  readonly lr?: number;
  /** Decay factor of the running averages. Default 0.99. */
  readonly alpha?: number;
  /** Added to the denominator. Default 1e-8. */
  readonly epsilon?: number;
  /** L2 penalty: weightDecay times the parameter is added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Factor on the velocity in each step. Default 0: no velocity. */
  readonly momentum?: number;
  /** Divide by an estimate of the standard deviation of the gradient. Default false. */
  readonly centered?: boolean;
  /** Maximize the objective: use the negative gradient. Default false. */
  readonly maximize?: boolean;
}

type AllOptions = Required<RMSpropOptions>;

const RULES: GroupRules<AllOptions> = {
  optimizer: 'RMSprop',
  options: {
    lr: nonNegativeOption(1e-2),
    alpha: nonNegativeOption(0.99),
    epsilon: nonNegativeOption(1e-8),
    weightDecay: nonNegativeOption(0),
    momentum: nonNegativeOption(0),
    centered: flagOption('always'),
    maximize: flagOption('if true'),
  },
};

/**
 * square = alpha square + (1 - alpha) grad^2; parameter = parameter - lr grad / (sqrt(square) +
 * epsilon).
 *
 * `centered` subtracts the squared running average of the gradient from the square (Graves,
 * "Generating sequences with recurrent neural networks", 2013). With momentum, velocity = momentum
 * velocity + grad / (...), and the parameter moves by -lr velocity.
 *
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const optimizer = new RMSprop(model.parameters(), { lr: 0.001, centered: true });
 * scope(() => {
 *   mse(model.forward(ones([4, 2])), ones([4, 1])).backward();
 *   optimizer.step();
 *   optimizer.zeroGrad();
 * });
 * optimizer.dispose();
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
 */
export class RMSprop extends Optimizer<AllOptions> {
  override readonly type = 'rmsprop';

  /**
   * @param parameters the parameters, or groups with options of their own
   * @throws ArgumentError as `Optimizer`
   */
  constructor(parameters: ParametersOrGroups<RMSpropOptions>, options: RMSpropOptions = {}) {
    super(RULES, parameters, options);
  }

  override get momentum(): number {
    return this.groups[0].options.momentum;
  }

  override set momentum(momentum: number) {
    for (const group of this.groups) group.set({ momentum });
  }

  protected override slotNames({ momentum, centered }: AllOptions): readonly string[] {
    return [
      'square_avg',
      ...(momentum > 0 ? ['momentum_buffer'] : []),
      ...(centered ? ['grad_avg'] : []),
    ];
  }

  protected override update(updates: readonly ParameterUpdate[], options: AllOptions): void {
    const { lr, alpha, epsilon, weightDecay, momentum, centered } = options;
    const constants = { hasVelocity: momentum > 0 ? 1 : 0, centered: centered ? 1 : 0 };
    const scalars = { lr, alpha, epsilon, weightDecay, momentum };
    for (const { parameter, gradient, slots } of updates)
      rmspropStep([parameter, gradient, ...slots], constants, scalars);
  }
}

// Stochastic gradient descent with momentum, Nesterov momentum and weight decay.
// The order of operations matches PyTorch.

import * as kernels from '../../../kernels/optimizer.js';
import { elementwise, updateInPlace } from '../../engine/launch.js';
import { ArgumentError } from '../../engine/errors.js';
import { defineRoutine } from '../../engine/routine.js';
import { type ParameterUpdate, Optimizer } from './optimizer.js';
import { flagOption, nonNegativeOption, numberOption } from './optionRules.js';
import type { GroupRules, ParametersOrGroups } from './parameterGroup.js';

/** Number of elements of the parameter. */
type UpdateConstants = Readonly<Record<'length', number>>;

/** `nesterov` is 0 or 1. `oneMinusDampening` is 1 in the first step, when the velocity is 0. */
type SgdScalars = Readonly<
  Record<'lr' | 'momentum' | 'oneMinusDampening' | 'weightDecay' | 'nesterov', number>
>;

/** (parameter, grad, velocity): parameter and velocity are updated in place. */
export const sgdStep = defineRoutine<UpdateConstants, SgdScalars>({
  name: 'sgdStep',
  outputs: ({ length }) => [[length], [length]],
  replaces: () => [0, 2],
  compose: (
    [parameter, grad, velocity],
    _,
    { lr, momentum, oneMinusDampening, weightDecay, nesterov },
  ) => {
    const penalized =
      weightDecay === 0
        ? grad
        : elementwise(kernels.decayedGrad, [grad, parameter], { weightDecay });
    updateInPlace(kernels.movingAverage, velocity, [penalized], {
      beta: momentum,
      alpha: oneMinusDampening,
    });
    const direction =
      nesterov === 0
        ? velocity
        : elementwise(kernels.movingAverage, [velocity, penalized], { beta: momentum, alpha: 1 });
    updateInPlace(kernels.sgdUpdate, parameter, [direction], { lr });
    return [parameter, velocity];
  },
});

/** Options of `SGD`, for all parameters or for a group; ArgumentError if one is out of range. */
export interface SGDOptions {
  /** Learning rate. Default 1e-3. */
  readonly lr?: number;
  /** Factor on the velocity in each step. Default 0: plain gradient descent. */
  readonly momentum?: number;
  /**
   * The gradient enters the velocity with factor 1 - dampening, from the second step on. Default 0.
   */
  readonly dampening?: number;
  /** L2 penalty: weightDecay times the parameter is added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /**
   * Nesterov momentum: update along grad + momentum * velocity. Requires momentum without
   * dampening. Default false.
   */
  readonly nesterov?: boolean;
  /** Maximize the objective: use the negative gradient. Default false. */
  readonly maximize?: boolean;
}

const RULES: GroupRules<Required<SGDOptions>> = {
  optimizer: 'SGD',
  options: {
    lr: nonNegativeOption(1e-3),
    momentum: nonNegativeOption(0),
    dampening: numberOption(0, 'a finite number', Number.isFinite),
    weightDecay: nonNegativeOption(0),
    nesterov: flagOption('always'),
    maximize: flagOption('if true'),
  },
  checkTogether: ({ nesterov, momentum, dampening }) => {
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new ArgumentError(
        `SGD: nesterov needs a momentum above 0 and no dampening, got momentum ${momentum}, dampening ${dampening}`,
      );
    }
  },
};

/**
 * velocity = momentum velocity + (1 - dampening) grad; parameter = parameter - lr velocity.
 *
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 * scope(() => {
 *   mse(model.forward(ones([4, 2])), ones([4, 1])).backward();
 *   optimizer.step();
 *   optimizer.zeroGrad();
 * });
 * optimizer.dispose();
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
export class SGD extends Optimizer<Required<SGDOptions>> {
  override readonly type = 'sgd';

  /**
   * @param parameters the parameters, or groups with options of their own
   * @throws ArgumentError as `Optimizer`
   */
  constructor(parameters: ParametersOrGroups<SGDOptions>, options: SGDOptions = {}) {
    super(RULES, parameters, options);
  }

  override get momentum(): number {
    return this.groups[0].options.momentum;
  }

  override set momentum(momentum: number) {
    for (const group of this.groups) group.set({ momentum });
  }

  protected override slotNames(): readonly string[] {
    return ['momentum_buffer'];
  }

  protected override update(
    updates: readonly ParameterUpdate[],
    { lr, momentum, dampening, weightDecay, nesterov }: Required<SGDOptions>,
  ): void {
    for (const { parameter, gradient, slots, steps } of updates) {
      // PyTorch initializes the velocity with the first gradient, undampened. Without momentum the
      // velocity is always the gradient.
      const oneMinusDampening = steps === 1 || momentum === 0 ? 1 : 1 - dampening;
      const scalars = { lr, momentum, oneMinusDampening, weightDecay, nesterov: nesterov ? 1 : 0 };
      sgdStep([parameter, gradient, ...slots], { length: parameter.size }, scalars);
    }
  }
}

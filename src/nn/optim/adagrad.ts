// Adagrad: gradient descent whose steps are divided by the root of the sum of all squared gradients
// (Duchi, Hazan and Singer, 2011).
// The order of operations matches PyTorch.

import * as kernels from '../../../kernels/optimizer.js';
import { ArgumentError } from '../../engine/errors.js';
import { elementwise, updateInPlace } from '../../engine/launch.js';
import { defineRoutine } from '../../engine/routine.js';
import { type ParameterUpdate, Optimizer } from './optimizer.js';
import { flagOption, nonNegativeOption } from './optionRules.js';
import type { GroupRules, ParametersOrGroups } from './parameterGroup.js';

/** Number of elements of the parameter. */
type AdagradConstants = Readonly<Record<'length', number>>;

/** `lr` includes the decay of the learning rate. */
type AdagradScalars = Readonly<Record<'lr' | 'epsilon' | 'weightDecay', number>>;

/** (parameter, grad, sum): parameter and sum are updated in place. */
export const adagradStep = defineRoutine<AdagradConstants, AdagradScalars>({
  name: 'adagradStep',
  outputs: ({ length }) => [[length], [length]],
  replaces: () => [0, 2],
  compose: ([parameter, grad, sum], _, { lr, epsilon, weightDecay }) => {
    const penalized =
      weightDecay === 0
        ? grad
        : elementwise(kernels.decayedGrad, [grad, parameter], { weightDecay });
    updateInPlace(kernels.addSquare, sum, [penalized]);
    const direction = elementwise(kernels.divideByRoot, [penalized, sum], { epsilon });
    updateInPlace(kernels.sgdUpdate, parameter, [direction], { lr });
    return [parameter, sum];
  },
});

/** Options of `Adagrad`, for all parameters or for a group; ArgumentError if one is out of range. */
export interface AdagradOptions {
  /** Learning rate. Default 0.01. */
  readonly lr?: number;
  /** The rate of step t = 1, 2, ... is lr / (1 + (t - 1) lrDecay). Default 0. */
  readonly lrDecay?: number;
  /** L2 penalty: weightDecay times the parameter is added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Value of the sum of squares before the first step. Default 0. */
  readonly initialAccumulatorValue?: number;
  /** Added to the denominator. Default 1e-10. */
  readonly epsilon?: number;
  /** Maximize the objective: use the negative gradient. Default false. */
  readonly maximize?: boolean;
}

type AllOptions = Required<AdagradOptions>;

const RULES: GroupRules<AllOptions> = {
  optimizer: 'Adagrad',
  options: {
    lr: nonNegativeOption(1e-2),
    lrDecay: nonNegativeOption(0),
    weightDecay: nonNegativeOption(0),
    initialAccumulatorValue: nonNegativeOption(0),
    epsilon: nonNegativeOption(1e-10),
    maximize: flagOption('if true'),
  },
};

/**
 * sum = sum + grad^2; parameter = parameter - lr / (1 + (t - 1) lrDecay) * grad / (sqrt(sum) +
 * epsilon).
 *
 * @example
 * const table = new Embedding({ numEmbeddings: 10, embeddingDim: 4, rng: new Rng(1) });
 * const optimizer = new Adagrad(table.parameters(), { lr: 0.1 });
 * scope(() => {
 *   sum(table.forward(tensor([3, 7]))).backward();
 *   optimizer.step();
 *   optimizer.zeroGrad();
 * });
 * optimizer.dispose();
 * table.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
 */
export class Adagrad extends Optimizer<AllOptions> {
  override readonly type = 'adagrad';

  /**
   * @param parameters the parameters, or groups with options of their own
   * @throws ArgumentError as `Optimizer`
   */
  constructor(parameters: ParametersOrGroups<AdagradOptions>, options: AdagradOptions = {}) {
    super(RULES, parameters, options);
  }

  /**
   * Always 0: Adagrad has no momentum.
   *
   * @throws ArgumentError if it is set
   */
  override get momentum(): number {
    return 0;
  }

  override set momentum(_: number) {
    throw new ArgumentError('Adagrad: has no momentum; create OneCycle with cycleMomentum: false');
  }

  protected override slotNames(): readonly string[] {
    return ['sum'];
  }

  protected override slotStart({ initialAccumulatorValue }: AllOptions): number {
    return initialAccumulatorValue;
  }

  protected override update(updates: readonly ParameterUpdate[], options: AllOptions): void {
    const { lr, lrDecay, epsilon, weightDecay } = options;
    for (const { parameter, gradient, slots, steps } of updates) {
      const scalars = { lr: lr / (1 + (steps - 1) * lrDecay), epsilon, weightDecay };
      adagradStep([parameter, gradient, ...slots], { length: parameter.size }, scalars);
    }
  }
}

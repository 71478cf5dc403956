// Adam: gradient descent with a step size per element, from running averages of the gradient and
// its square (Kingma and Ba, 2015). AdamW: Adam with decoupled weight decay.
// The order of operations matches PyTorch.

import { maximum as maximumKernel, scaleShift } from '../../../kernels/elementwise.js';
import * as kernels from '../../../kernels/optimizer.js';
import { elementwise, updateInPlace } from '../../engine/launch.js';
import type { NdArray } from '../../engine/ndarray.js';
import { defineRoutine } from '../../engine/routine.js';
import type { Shape } from '../../engine/shape.js';
import { check } from '../options.js';
import { type ParameterUpdate, Optimizer } from './optimizer.js';
import { flagOption, nonNegativeOption, type OptionRule } from './optionRules.js';
import type { GroupRules, ParametersOrGroups } from './parameterGroup.js';

/** Arrays per parameter: the parameter, its gradient, the two averages. */
const ARRAYS = 4;

type AdamScalars = Readonly<
  Record<
    | 'stepSize' // lr / (1 - beta1^t)
    | 'beta1'
    | 'beta2'
    | 'biasCorrection2Sqrt' // sqrt(1 - beta2^t)
    | 'epsilon'
    | 'weightDecay' // Adam: weightDecay times the parameter is added to the gradient
    | 'shrink', // AdamW: factor on the parameter, applied first
    number
  >
>;

/**
 * (parameter, grad, first, second, and so on for every parameter): all but the gradients are
 * updated in place. One routine updates all parameters, because a network has many small ones.
 */
export const adamStep = defineRoutine<Readonly<Record<'parameters', number>>, AdamScalars>({
  name: 'adamStep',
  outputs: ({ parameters }) => Array<Shape>(3 * parameters).fill([]),
  replaces: ({ parameters }) =>
    [...Array(ARRAYS * parameters).keys()].filter((index) => index % ARRAYS !== 1),
  compose: (inputs, { parameters }, scalars) =>
    Array.from({ length: parameters }, (_, i) =>
      updateOne(inputs.slice(ARRAYS * i, ARRAYS * (i + 1)), scalars),
    ).flat(),
});

/**
 * (parameter, grad, first, second, maximum) of one parameter: Adam with the running maximum of the
 * second moment in the denominator. All but the gradient are updated in place.
 */
export const amsgradStep = defineRoutine<Readonly<Record<'length', number>>, AdamScalars>({
  name: 'amsgradStep',
  outputs: ({ length }) => Array.from({ length: ARRAYS }, () => [length]),
  replaces: () => [0, 2, 3, 4],
  compose: (inputs, _, scalars) => updateOne(inputs, scalars),
});

/** Updates one parameter; the fifth array, the maximum of the second moment, may be missing. */
function updateOne(
  inputs: readonly NdArray[],
  { stepSize, beta1, beta2, biasCorrection2Sqrt, epsilon, weightDecay, shrink }: AdamScalars,
): readonly NdArray[] {
  const [parameter, grad, first, second, ...maxima] = inputs;
  if (shrink !== 1) updateInPlace(scaleShift, parameter, [], { factor: shrink, summand: 0 });
  const penalized =
    weightDecay === 0 ? grad : elementwise(kernels.decayedGrad, [grad, parameter], { weightDecay });
  updateInPlace(kernels.movingAverage, first, [penalized], { beta: beta1, alpha: 1 - beta1 });
  updateInPlace(kernels.movingSquare, second, [penalized], { beta: beta2 });
  for (const maximum of maxima) updateInPlace(maximumKernel, maximum, [second]);
  updateInPlace(kernels.adamUpdate, parameter, [first, maxima.at(0) ?? second], {
    stepSize,
    biasCorrection2Sqrt,
    epsilon,
  });
  return [parameter, first, second, ...maxima];
}

/**
 * Options of `Adam` and `AdamW`, for all parameters or for a group; ArgumentError if one is out of
 * range.
 */
export interface AdamOptions {
  /** Learning rate: approximately the largest change of an element in one step. Default 1e-3. */
  readonly lr?: number;
  /** Decay factors of the averages of gradient and squared gradient. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator. Default 1e-8. */
  readonly epsilon?: number;
  /**
   * Adam: L2 penalty, default 0. AdamW: decoupled decay, multiplied by the learning rate, default
   * 0.01.
   */
  readonly weightDecay?: number;
  /**
   * Divide by the maximum of all second moments so far, so that the step size of an element never
   * grows (Reddi, Kale and Kumar, "On the convergence of Adam and beyond", 2018). Default false.
   */
  readonly amsgrad?: boolean;
  /** Maximize the objective: use the negative gradient. Default false. */
  readonly maximize?: boolean;
}

type AllOptions = Required<AdamOptions>;

const BETA_RULE = 'at least 0 and below 1';
const isBeta = (value: number): boolean => value >= 0 && value < 1;

const betasOption: OptionRule<readonly [number, number]> = {
  initial: [0.9, 0.999],
  check: (caller, name, betas) => {
    check(
      caller,
      name,
      `[${betas.join(', ')}]`,
      'a list of two numbers',
      (betas as readonly number[]).length === 2,
    );
    for (const beta of betas) check(caller, name, beta, BETA_RULE, isBeta(beta));
  },
  save: (_, [beta1, beta2]) => ({ beta1, beta2 }),
  load: (saved) => [
    saved.numberThat('beta1', BETA_RULE, isBeta),
    saved.numberThat('beta2', BETA_RULE, isBeta),
  ],
};

const RULES: GroupRules<AllOptions> = {
  optimizer: 'Adam',
  options: {
    lr: nonNegativeOption(1e-3),
    betas: betasOption,
    epsilon: nonNegativeOption(1e-8),
    weightDecay: nonNegativeOption(0),
    amsgrad: flagOption('if true'),
    maximize: flagOption('if true'),
  },
};

/**
 * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * parameter = parameter - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon).
 *
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const optimizer = new Adam(model.parameters(), { lr: 0.001 });
 * scope(() => {
 *   mse(model.forward(ones([4, 2])), ones([4, 1])).backward();
 *   optimizer.step();
 *   optimizer.zeroGrad();
 * });
 * optimizer.dispose();
 * model.dispose();
 *
 * @see https://arxiv.org/abs/1412.6980
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 */
export class Adam extends Optimizer<AllOptions> {
  override readonly type: string = 'adam';

  /**
   * @param parameters the parameters, or groups with options of their own
   * @throws ArgumentError as `Optimizer`
   */
  constructor(parameters: ParametersOrGroups<AdamOptions>, options: AdamOptions = {}) {
    super(RULES, parameters, options);
  }

  override get momentum(): number {
    return this.groups[0].options.betas[0];
  }

  override set momentum(beta1: number) {
    check('Adam', 'momentum', beta1, BETA_RULE, isBeta(beta1));
    for (const group of this.groups) group.set({ betas: [beta1, group.options.betas[1]] });
  }

  /**
   * The two forms of weight decay: `penalty` times the parameter is added to the gradient; `shrink`
   * multiplies the parameter.
   */
  protected decay({ weightDecay }: AllOptions): { penalty: number; shrink: number } {
    return { penalty: weightDecay, shrink: 1 };
  }

  protected override slotNames({ amsgrad }: AllOptions): readonly string[] {
    return ['exp_avg', 'exp_avg_sq', ...(amsgrad ? ['max_exp_avg_sq'] : [])];
  }

  protected override update(updates: readonly ParameterUpdate[], options: AllOptions): void {
    if (options.amsgrad) {
      for (const { parameter, gradient, slots, steps } of updates) {
        const arrays = [parameter, gradient, ...slots];
        amsgradStep(arrays, { length: parameter.size }, this.#scalars(steps, options));
      }
      return;
    }
    // Update parameters with equal step counts (usually all) together.
    const arraysByStep = new Map<number, NdArray[]>();
    for (const { parameter, gradient, slots, steps } of updates) {
      const arrays = arraysByStep.get(steps) ?? [];
      arrays.push(parameter, gradient, ...slots);
      arraysByStep.set(steps, arrays);
    }
    for (const [steps, arrays] of arraysByStep) {
      adamStep(arrays, { parameters: arrays.length / ARRAYS }, this.#scalars(steps, options));
    }
  }

  #scalars(steps: number, options: AllOptions): AdamScalars {
    const { lr, betas, epsilon } = options;
    const [beta1, beta2] = betas;
    // Bias correction: both averages start at 0 and are too small at first. Computed in float64 on
    // the host.
    const stepSize = lr / (1 - beta1 ** steps);
    const biasCorrection2Sqrt = Math.sqrt(1 - beta2 ** steps);
    const { penalty: weightDecay, shrink } = this.decay(options);
    return { stepSize, beta1, beta2, biasCorrection2Sqrt, epsilon, weightDecay, shrink };
  }
}

/**
 * Adam with weight decay decoupled from the moment estimates (Loshchilov and Hutter, "Decoupled
 * weight decay regularization", 2019).
 *
 * parameter = (1 - lr weightDecay) parameter, then Adam's update with the unmodified gradient.
 * Default weightDecay 0.01.
 *
 * @example
 * const layer = new Linear({ inFeatures: 4, outFeatures: 2, rng: new Rng(1) });
 * const optimizer = new AdamW(layer.parameters(), { lr: 1e-3, weightDecay: 0.01 });
 * scope(() => {
 *   sum(layer.forward(ones([8, 4]))).backward();
 *   optimizer.step();
 * });
 * optimizer.zeroGrad();
 * optimizer.dispose();
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 */
export class AdamW extends Adam {
  override readonly type = 'adamW';

  constructor(
    parameters: ParametersOrGroups<AdamOptions>,
    { weightDecay = 0.01, ...options }: AdamOptions = {},
  ) {
    super(parameters, { ...options, weightDecay });
  }

  protected override decay({ lr, weightDecay }: AllOptions): { penalty: number; shrink: number } {
    return { penalty: 0, shrink: 1 - lr * weightDecay };
  }
}

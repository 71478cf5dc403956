// Adam: gradient descent with a step size per element, from running averages of the gradient and
// its square (Kingma and Ba, 2015). AdamW: Adam with decoupled weight decay.
// The order of operations matches PyTorch.

import { checkOptions } from '../../engine/options.js';
import { scaleShift } from '../../../kernels/elementwise.js';
import * as kernels from '../../../kernels/optimizer.js';
import { elementwise, updateInPlace } from '../../engine/launch.js';
import type { NdArray } from '../../engine/ndarray.js';
import { defineRoutine } from '../../engine/routine.js';
import type { JsonObject, JsonReader } from '../saving/json.js';
import { check } from '../options.js';
import type { Parameter } from '../parameter.js';
import { type ParameterUpdate, Optimizer } from './optimizer.js';

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
  outputs: ({ parameters }) => Array.from({ length: 3 * parameters }, () => []),
  replaces: ({ parameters }) =>
    Array.from({ length: parameters }, (_, i) => [
      ARRAYS * i,
      ARRAYS * i + 2,
      ARRAYS * i + 3,
    ]).flat(),
  compose: (inputs, { parameters }, scalars) =>
    Array.from({ length: parameters }, (_, i) =>
      updateOne(inputs.slice(ARRAYS * i, ARRAYS * (i + 1)), scalars),
    ).flat(),
});

function updateOne(
  [parameter, grad, first, second]: readonly NdArray[],
  { stepSize, beta1, beta2, biasCorrection2Sqrt, epsilon, weightDecay, shrink }: AdamScalars,
): readonly NdArray[] {
  if (shrink !== 1) updateInPlace(scaleShift, parameter, [], { factor: shrink, summand: 0 });
  const penalized =
    weightDecay === 0 ? grad : elementwise(kernels.decayedGrad, [grad, parameter], { weightDecay });
  updateInPlace(kernels.movingAverage, first, [penalized], { beta: beta1, alpha: 1 - beta1 });
  updateInPlace(kernels.movingSquare, second, [penalized], { beta: beta2 });
  updateInPlace(kernels.adamUpdate, parameter, [first, second], {
    stepSize,
    biasCorrection2Sqrt,
    epsilon,
  });
  return [parameter, first, second];
}

/** Options of `Adam` and `AdamW`; ArgumentError if one is out of range. */
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
}

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
export class Adam extends Optimizer {
  override readonly type: string = 'adam';
  protected override readonly slotNames = ['exp_avg', 'exp_avg_sq'];
  #betas: readonly [number, number];
  #epsilon: number;
  #weightDecay: number;

  constructor(parameters: readonly Parameter[], options: AdamOptions = {}) {
    checkOptions('Adam', options, { lr: true, betas: true, epsilon: true, weightDecay: true });
    const { lr = 1e-3, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = options;
    super(parameters, lr);
    for (const beta of betas) check('Adam', 'betas', beta, 'at least 0 and below 1', isBeta(beta));
    check('Adam', 'epsilon', epsilon, 'at least 0', epsilon >= 0);
    check('Adam', 'weightDecay', weightDecay, 'at least 0', weightDecay >= 0);
    this.#betas = betas;
    this.#epsilon = epsilon;
    this.#weightDecay = weightDecay;
  }

  override get momentum(): number {
    return this.#betas[0];
  }

  override set momentum(beta1: number) {
    check('Adam', 'momentum', beta1, 'at least 0 and below 1', isBeta(beta1));
    this.#betas = [beta1, this.#betas[1]];
  }

  /**
   * The two forms of weight decay: `penalty` times the parameter is added to the gradient; `shrink`
   * multiplies the parameter.
   */
  protected decay(weightDecay: number): { penalty: number; shrink: number } {
    return { penalty: weightDecay, shrink: 1 };
  }

  protected override update(updates: readonly ParameterUpdate[]): void {
    // Update parameters with equal step counts (usually all) together.
    for (const steps of new Set(updates.map((update) => update.steps))) {
      this.#updateAll(
        updates.filter((update) => update.steps === steps),
        steps,
      );
    }
  }

  #updateAll(updates: readonly ParameterUpdate[], steps: number): void {
    const [beta1, beta2] = this.#betas;
    // Bias correction: both averages start at 0 and are too small at first. Computed in float64 on
    // the host.
    const stepSize = this.lr / (1 - beta1 ** steps);
    const biasCorrection2Sqrt = Math.sqrt(1 - beta2 ** steps);
    const { penalty: weightDecay, shrink } = this.decay(this.#weightDecay);
    const epsilon = this.#epsilon;
    const scalars = { stepSize, beta1, beta2, biasCorrection2Sqrt, epsilon, weightDecay, shrink };
    const arrays = updates.flatMap(({ parameter, gradient, slots }) => [
      parameter,
      gradient,
      ...slots,
    ]);
    adamStep(arrays, { parameters: updates.length }, scalars);
  }

  protected override hyperparameters(): JsonObject {
    const [beta1, beta2] = this.#betas;
    return { beta1, beta2, epsilon: this.#epsilon, weightDecay: this.#weightDecay };
  }

  protected override readHyperparameters(saved: JsonReader): () => void {
    const atLeast0 = (value: number): boolean => value >= 0 && Number.isFinite(value);
    const beta1 = saved.numberThat('beta1', 'at least 0 and below 1', isBeta);
    const beta2 = saved.numberThat('beta2', 'at least 0 and below 1', isBeta);
    const epsilon = saved.numberThat('epsilon', 'a finite number of at least 0', atLeast0);
    const weightDecay = saved.numberThat('weightDecay', 'a finite number of at least 0', atLeast0);
    return () => {
      this.#betas = [beta1, beta2];
      this.#epsilon = epsilon;
      this.#weightDecay = weightDecay;
    };
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
    parameters: readonly Parameter[],
    { weightDecay = 0.01, ...options }: AdamOptions = {},
  ) {
    super(parameters, { ...options, weightDecay });
  }

  protected override decay(weightDecay: number): { penalty: number; shrink: number } {
    return { penalty: 0, shrink: 1 - this.lr * weightDecay };
  }
}

function isBeta(value: number): boolean {
  return value >= 0 && value < 1;
}

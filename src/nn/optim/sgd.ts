// Stochastic gradient descent with momentum, Nesterov momentum and weight decay.
// The order of operations matches PyTorch.

import { checkOptions } from '../../engine/options.js';
import * as kernels from '../../../kernels/optimizer.js';
import { elementwise, updateInPlace } from '../../engine/launch.js';
import { ArgumentError } from '../../engine/errors.js';
import { defineRoutine } from '../../engine/routine.js';
import type { JsonObject, JsonReader } from '../saving/json.js';
import { check } from '../options.js';
import type { Parameter } from '../parameter.js';
import { type ParameterUpdate, Optimizer } from './optimizer.js';

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

/** Options of `SGD`; ArgumentError if one is out of range. */
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
}

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
export class SGD extends Optimizer {
  override readonly type = 'sgd';
  protected override readonly slotNames = ['momentum_buffer'];
  override momentum: number;
  #dampening: number;
  #nesterov: boolean;
  #weightDecay: number;

  constructor(parameters: readonly Parameter[], options: SGDOptions = {}) {
    checkOptions('SGD', options, {
      lr: true,
      momentum: true,
      dampening: true,
      weightDecay: true,
      nesterov: true,
    });
    const { lr = 1e-3, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = options;
    super(parameters, lr);
    check('SGD', 'momentum', momentum, 'at least 0', momentum >= 0);
    check('SGD', 'weightDecay', weightDecay, 'at least 0', weightDecay >= 0);
    check('SGD', 'dampening', dampening, 'a finite number', Number.isFinite(dampening));
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new ArgumentError(
        `SGD: nesterov needs a momentum above 0 and no dampening, got momentum ${momentum}, dampening ${dampening}`,
      );
    }
    this.momentum = momentum;
    this.#dampening = dampening;
    this.#weightDecay = weightDecay;
    this.#nesterov = nesterov;
  }

  protected override update(updates: readonly ParameterUpdate[]): void {
    for (const { parameter, gradient, slots, steps } of updates) {
      // PyTorch initializes the velocity with the first gradient, undampened. Without momentum the
      // velocity is always the gradient.
      const oneMinusDampening = steps === 1 || this.momentum === 0 ? 1 : 1 - this.#dampening;
      const scalars = {
        lr: this.lr,
        momentum: this.momentum,
        oneMinusDampening,
        weightDecay: this.#weightDecay,
        nesterov: this.#nesterov ? 1 : 0,
      };
      sgdStep([parameter, gradient, ...slots], { length: parameter.size }, scalars);
    }
  }

  protected override hyperparameters(): JsonObject {
    return {
      momentum: this.momentum,
      dampening: this.#dampening,
      weightDecay: this.#weightDecay,
      nesterov: this.#nesterov,
    };
  }

  protected override readHyperparameters(saved: JsonReader): () => void {
    const atLeast0 = (value: number): boolean => value >= 0 && Number.isFinite(value);
    const momentum = saved.numberThat('momentum', 'a finite number of at least 0', atLeast0);
    const weightDecay = saved.numberThat('weightDecay', 'a finite number of at least 0', atLeast0);
    const dampening = saved.numberThat('dampening', 'a finite number', Number.isFinite);
    const nesterov = saved.flag('nesterov');
    return () => {
      this.momentum = momentum;
      this.#dampening = dampening;
      this.#weightDecay = weightDecay;
      this.#nesterov = nesterov;
    };
  }
}

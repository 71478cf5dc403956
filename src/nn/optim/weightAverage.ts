// Averaged weights: an exponential moving average of the weights that training updates.
// Averaged weights lie closer to the center of the low-loss region and usually generalize better.
// An update takes one launch per array.
//
// Sources: B. Polyak and A. Juditsky, "Acceleration of stochastic approximation by averaging",
// 1992; PyTorch's torch.optim.swa_utils.AveragedModel with get_ema_multi_avg_fn and
// use_buffers=True.

import { checkOptions } from '../../engine/options.js';
import { movingAverage } from '../../../kernels/optimizer.js';
import { scope } from '../../engine/current.js';
import { updateInPlace } from '../../engine/launch.js';
import { zeros, type Tensor } from '../../engine/tensor.js';
import { JsonReader } from '../saving/json.js';
import type { Module } from '../module.js';
import { check } from '../options.js';
import type { OptimizerState, SavedOptimizerState } from './optimizer.js';
import { Counter } from '../parameter.js';
import { compareState, rowMajor } from '../saving/stateDict.js';

/** Options of `WeightAverage`. */
export interface WeightAverageOptions {
  /** Factor on the average in each step. Default 0.999: an average over about 1,000 steps. */
  readonly decay?: number;
}

/**
 * average = d average + (1 - d) weight after each step, with d = min(decay, t / (9 + t)) after t
 * earlier updates. The first update copies the weights. The smaller d of the first updates quickly
 * removes the influence of the initial weights.
 *
 * Batch norm's running statistics are averaged too, since they depend on the weights. Batch
 * counters are not.
 *
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const average = new WeightAverage(model, { decay: 0.99 });
 * average.update(); // after each step of the optimizer
 * average.swap(); // the model now computes with the averages
 * average.swap(); // and again with its own weights
 * average.dispose();
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.swa_utils.AveragedModel.html
 */
export class WeightAverage {
  /** Factor on the average in each step. */
  readonly decay: number;
  /** The model's tensors by name, each with its average. */
  readonly #pairs: readonly (readonly [name: string, tensor: Tensor, average: Tensor])[];
  #updates = 0;
  #swapped = false;

  /** The averages are zero until the first update, which copies the model's values. */
  constructor(model: Module, options: WeightAverageOptions = {}) {
    checkOptions('WeightAverage', options, { decay: true });
    const { decay = 0.999 } = options;
    check('WeightAverage', 'decay', decay, 'at least 0 and below 1', decay >= 0 && decay < 1);
    this.decay = decay;
    const buffers = model.namedBuffers().filter(([, buffer]) => !(buffer instanceof Counter));
    this.#pairs = [...model.namedParameters(), ...buffers].map(([name, tensor]) => {
      return [name, tensor, zeros(tensor.shape, { backend: tensor.array.backend }).keep()];
    });
  }

  /** Whether the model currently uses the averages. */
  get swapped(): boolean {
    return this.#swapped;
  }

  /** Updates every average with the model's current values. Call it after each optimizer step. */
  update(): void {
    const decay = Math.min(this.decay, this.#updates / (9 + this.#updates));
    scope(() => {
      for (const [, tensor, average] of this.#pairs) {
        updateInPlace(movingAverage, average.array, [tensor.array], {
          beta: decay,
          alpha: 1 - decay,
        });
      }
    });
    this.#updates += 1;
  }

  /** Exchanges the model's values and the averages without a copy. A second call restores them. */
  swap(): void {
    for (const [, tensor, average] of this.#pairs) {
      const [storage, averageStorage] = [tensor.array.storage, average.array.storage];
      const { buffer } = storage;
      storage.replace(averageStorage.buffer);
      averageStorage.replace(buffer);
    }
    this.#swapped = !this.#swapped;
  }

  /** The complete state, in the format of an optimizer. This object owns the arrays. */
  stateDict(): OptimizerState {
    return {
      settings: { type: 'weightAverage', decay: this.decay, updates: this.#updates },
      tensors: Object.fromEntries(this.#pairs.map(([name, , average]) => [name, average])),
    };
  }

  /**
   * Validates a saved state; the returned function loads it.
   *
   * @throws FormatError or ArgumentError if it belongs to another model
   */
  prepareLoad({ settings, tensors }: SavedOptimizerState): () => void {
    const saved = new JsonReader(settings, 'weight average');
    const updates = saved.count('updates');
    const expected = new Map(this.#pairs.map(([name, tensor]) => [name, tensor.shape]));
    compareState('weight average', expected, tensors);
    return () => {
      this.#updates = updates;
      for (const [name, , average] of this.#pairs) {
        const { storage } = average.array;
        const previous = storage.buffer;
        storage.replace(storage.backend.upload(rowMajor(tensors[name])));
        storage.backend.free(previous);
      }
    };
  }

  /** Frees the averages, but not the model. */
  dispose(): void {
    for (const [, , average] of this.#pairs) average.dispose();
  }
}

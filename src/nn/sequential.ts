// Sequential: modules one after the other. Imports module.

import type { Tensor } from '../engine/tensor.js';
import { Module } from './module.js';

/**
 * Feeds each layer's output to the next. In the state dict the layers are called 0, 1, 2, ...
 *
 * @example
 * const rng = new Rng(1);
 * const model = new Sequential(
 *   new Linear({ inFeatures: 784, outFeatures: 100, rng }),
 *   new ReLU(),
 *   new Linear({ inFeatures: 100, outFeatures: 10, rng }),
 * );
 * scope(() => print(model.forward(zeros([8, 784])).shape)); // [8, 10]
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 */
export class Sequential extends Module {
  readonly layers: readonly Module[];

  constructor(...layers: readonly Module[]) {
    super();
    this.layers = layers;
  }

  protected override members(): [string, unknown][] {
    return this.layers.map((layer, index) => [`${index}`, layer]);
  }

  override forward(x: Tensor): Tensor {
    return this.layers.reduce((value, layer) => layer.forward(value), x);
  }
}

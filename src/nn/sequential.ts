// Sequential: a chain of modules, in which consecutive layers are fused where possible.

import type { Tensor } from '../engine/tensor.js';
import { fuse, type Step } from './fuse.js';
import { Module } from './module.js';

/**
 * Passes the output of each layer to the next. In the state dict the layers are named 0, 1, 2, ...
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
  /** The layers in order. */
  readonly layers: readonly Module[];
  /**
   * Whether consecutive layers are fused into one operation where possible. Results agree up to
   * rounding. Default true.
   */
  fused = true;
  readonly #steps: readonly Step[];

  constructor(...layers: readonly Module[]) {
    super();
    this.layers = layers;
    this.#steps = fuse(layers);
  }

  protected override members(): [string, unknown][] {
    return this.layers.map((layer, index) => [`${index}`, layer]);
  }

  override forward(x: Tensor): Tensor {
    const steps = this.fused ? this.#steps : this.layers;
    return steps.reduce((value, step) => step.forward(value), x);
  }
}

/**
 * Enables or disables fusion in every Sequential of a network.
 *
 * @example
 * const rng = new Rng(1);
 * const network = new Sequential(new Conv2d({ inChannels: 1, outChannels: 2, kernelSize: 3, rng }));
 * setFused(network, false);
 * print(network.fused); // false
 * network.dispose();
 */
export function setFused(network: Module, fused: boolean): void {
  for (const [, module] of network.namedModules())
    if (module instanceof Sequential) module.fused = fused;
}

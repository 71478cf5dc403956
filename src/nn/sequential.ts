// Sequential: a chain of modules, in which consecutive layers are fused where possible.

import { ArgumentError } from '../engine/errors.js';
import { describeValue } from '../engine/options.js';
import { Tensor } from '../engine/tensor.js';
import { fuse, type Step } from './fuse.js';
import { hasOwnForward } from './hooks.js';
import { Module, type Layer } from './module.js';

/**
 * Passes the output of each layer to the next. In the state dict the layers are named 0, 1, 2, ...
 * A layer takes one tensor and returns one; write a `Module` for anything else.
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
  readonly layers: readonly Layer[];
  /**
   * Whether consecutive layers are fused into one operation where possible. Results agree up to
   * rounding. Default true. A layer with hooks is not fused.
   */
  fused = true;
  readonly #steps: readonly Step[];

  /** @throws ArgumentError if a layer is not a module, or requires several inputs */
  constructor(...layers: readonly Layer[]) {
    super();
    layers.forEach(checkLayer);
    this.layers = layers;
    this.#steps = fuse(layers);
  }

  protected override members(): [string, unknown][] {
    return this.layers.map((layer, index) => [`${index}`, layer]);
  }

  /** @throws ArgumentError if a layer returns anything but a tensor */
  override forward(x: Tensor): Tensor {
    return this.#currentSteps().reduce((value, step) => {
      const output: unknown = step.forward(value);
      if (output instanceof Tensor) return output;
      throw new ArgumentError(
        `Sequential: ${step.constructor.name} returned ${describeValue(output)}, expected a tensor; ` +
          'write a Module that calls the layers itself',
      );
    }, x);
  }

  #currentSteps(): readonly Step[] {
    if (!this.fused) return this.layers;
    return this.layers.some(hasOwnForward) ? fuse(this.layers) : this.#steps;
  }
}

/** @throws ArgumentError if a value is not a module, or its `forward` requires several inputs */
function checkLayer(layer: unknown, index: number): void {
  if (!(layer instanceof Module)) {
    throw new ArgumentError(
      `Sequential: layer ${index} must be a Module, got ${describeValue(layer)}`,
    );
  }
  // The number of parameters before the first with a default value.
  const required = (layer.forward as (...inputs: unknown[]) => unknown).length;
  if (required > 1) {
    throw new ArgumentError(
      `Sequential: layer ${index} (${layer.constructor.name}) requires ${required} inputs, but each ` +
        'layer receives one tensor; write a Module that calls the layers itself, or give the other ' +
        'inputs of its forward a default value',
    );
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

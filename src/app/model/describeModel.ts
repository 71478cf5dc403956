// What a network consists of: every layer's shape, parameters and work, found by sending one image through it.
// Imports engine, nn, layers.

import { noGrad, scope, zeros } from '../../engine/index.js';
import { sizeOf, type Shape } from '../../engine/shape.js';
import { Conv2d, Linear, type Module } from '../../nn/index.js';
import { INPUT_SIZE, layersOf } from './layerList.js';
import type { CharacterNet } from './characterNet.js';

export interface LayerFacts {
  /** Its name in the state dict. */
  readonly name: string;
  /** Its kind and its settings. */
  readonly layer: string;
  /** Shape of what comes out for one image. */
  readonly output: Shape;
  /** Numbers that are learned. */
  readonly parameters: number;
  /** Multiplications with an addition for one image; layers without a product count none. */
  readonly multiplyAdds: number;
}

/** Each number that comes out of a product is the sum of so many terms; no other layer multiplies by weights. */
function termsOf(layer: Module): number {
  if (layer instanceof Conv2d) return sizeOf(layer.weight.shape.slice(1)); // inChannels / groups * kh * kw
  if (layer instanceof Linear) return layer.weight.shape[1]; // inFeatures
  return 0;
}

/** One entry a layer, in the order in which they run. The network must be in evaluation mode. */
export function describeLayers(model: CharacterNet): LayerFacts[] {
  return noGrad(() => {
    const facts: LayerFacts[] = [];
    scope(() => {
      let x = zeros([1, ...INPUT_SIZE]);
      for (const [name, layer] of layersOf(model)) {
        x = layer.forward(x);
        const output = x.shape.slice(1);
        facts.push({
          name,
          layer: layer.toString(),
          output,
          parameters: layer.parameterCount,
          multiplyAdds: sizeOf(output) * termsOf(layer),
        });
      }
    });
    return facts;
  });
}

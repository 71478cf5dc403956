// Layer table of a network: output shape, parameters and multiply-adds of every layer, measured by
// a forward pass of one image.

import { noGrad, scope, zeros } from '../../engine/index.js';
import { sizeOf, type Shape } from '../../engine/shape.js';
import { Conv2d, Linear, type Module } from '../../nn/index.js';
import { layersOf } from './layerList.js';
import type { CharacterNet } from './characterNet.js';

export interface LayerInfo {
  /** Its name in the state dict. */
  readonly name: string;
  /** Its type and settings. */
  readonly layer: string;
  /** Output shape for one image. */
  readonly output: Shape;
  /** Number of learned parameters. */
  readonly parameters: number;
  /** Multiply-adds for one image; 0 for layers without weights to multiply by. */
  readonly multiplyAdds: number;
}

/**
 * Multiply-adds per output value. Only convolutions and linear layers multiply by weights;
 * 0 for others.
 */
function multiplyAddsPerOutput(layer: Module): number {
  // inChannels / groups * kh * kw
  if (layer instanceof Conv2d) return sizeOf(layer.weight.shape.slice(1));
  if (layer instanceof Linear) return layer.weight.shape[1]; // inFeatures
  return 0;
}

/** One entry per layer, in execution order. The network must be in evaluation mode. */
export function describeLayers(model: CharacterNet): LayerInfo[] {
  return noGrad(() => {
    const rows: LayerInfo[] = [];
    scope(() => {
      let x = zeros([1, ...model.inputShape]);
      for (const [name, layer] of layersOf(model)) {
        x = layer.forward(x);
        const output = x.shape.slice(1);
        rows.push({
          name,
          layer: layer.toString(),
          output,
          parameters: layer.parameterCount,
          multiplyAdds: sizeOf(output) * multiplyAddsPerOutput(layer),
        });
      }
    });
    return rows;
  });
}

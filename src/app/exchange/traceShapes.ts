// Shapes of the inputs and outputs of all layers, measured by running them on zeros.

import { ArgumentError } from '../../engine/errors.js';
import {
  currentBackend,
  noGrad,
  scope,
  zeros,
  type Shape,
  type Tensor,
} from '../../engine/index.js';
import { format } from '../../engine/shape.js';
import type { Layer, Module } from '../../nn/index.js';

/** Examples in the batch that is run; a row of the table must not depend on it. */
export const TRACED_EXAMPLES = 2;

export interface LayerShapes {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
}

/**
 * Runs the layers in evaluation mode, one after the other, and restores their modes.
 *
 * @param inputShape shape of one example
 * @throws ShapeError if a layer does not accept its input, ArgumentError if an output is empty
 */
export function traceShapes(
  caller: string,
  layers: readonly (readonly [name: string, layer: Module])[],
  inputShape: Shape,
): LayerShapes[] {
  const modules = layers.flatMap(([, layer]) => layer.namedModules().map(([, module]) => module));
  const modes = modules.map((module) => module.training);
  const backend =
    modules.flatMap((module) => module.parameters()).at(0)?.array.backend ?? currentBackend();
  for (const module of modules) module.training = false;
  try {
    return scope(() =>
      noGrad(() => {
        let x: Tensor = zeros([TRACED_EXAMPLES, ...inputShape], { backend });
        return layers.map(([name, layer]) => {
          const y = (layer as Layer).forward(x);
          if (y.size === 0) {
            throw new ArgumentError(
              `${caller}: the output of layer ${name} (${layer.constructor.name}) is empty, ` +
                `${format(y.shape)} for the input ${format(x.shape)}`,
            );
          }
          const shapes = { inputShape: x.shape, outputShape: y.shape };
          x = y;
          return shapes;
        });
      }),
    );
  } finally {
    for (const [index, module] of modules.entries()) module.training = modes[index];
  }
}

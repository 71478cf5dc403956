// Converts a chain of layers to an ONNX file, with the table of layers.

import { ArgumentError } from '../../engine/errors.js';
import type { Shape } from '../../engine/shape.js';
import { Embedding, type HostArray, type Module } from '../../nn/index.js';
import { encodeOnnx, type OnnxValue } from '../formats/onnx.js';
import { LayerInGraph, OnnxGraph } from './layerInGraph.js';
import { rowOf } from './layerTable.js';
import { TRACED_EXAMPLES, traceShapes } from './traceShapes.js';

/** Name and description of the input or output. */
export interface NamedValue {
  readonly name: string;
  readonly description: string;
}

export interface OnnxNetwork {
  /** Layers in execution order, with their names in the state dict. */
  readonly layers: readonly (readonly [name: string, layer: Module])[];
  /** The state dict. */
  readonly tensors: Readonly<Record<string, HostArray>>;
  /** Shape of one example, without the batch axis. */
  readonly inputShape: Shape;
  readonly input: NamedValue;
  readonly output: NamedValue;
  /** Human-readable description of the network and its input. */
  readonly description: string;
  /** Machine-readable texts: class names, normalization, how to interpret the logits. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A value whose first axis is named N if it has one element per example. */
function valueOf(named: NamedValue, shape: Shape, type: OnnxValue['type']): OnnxValue {
  const [first, ...others] = shape;
  const isBatch = first === TRACED_EXAMPLES;
  return { ...named, type, sizes: [isBatch ? 'N' : 'M', ...others] };
}

/**
 * Encodes a network in evaluation mode: input [N, ...inputShape] for any N, float32; int64 if the
 * first layer is an embedding.
 *
 * @param caller for error messages
 * @throws ArgumentError for a layer that cannot be exported, or names that appear twice
 */
export function networkToOnnx(caller: string, network: OnnxNetwork): Uint8Array {
  const { layers, tensors, inputShape, input, output, description, metadata } = network;
  const rows = layers.map(([name, layer]) => rowOf(caller, name, layer));
  const shapes = traceShapes(caller, layers, inputShape);
  const graph = new OnnxGraph(input.name, tensors);
  const result = layers.reduce((x, [name, layer], index) => {
    const { inputShape, outputShape } = shapes[index];
    return rows[index].onnx(layer, new LayerInGraph(graph, name, x, inputShape, outputShape));
  }, input.name);
  if (input.name === output.name || [input, output].some(({ name }) => graph.constants.has(name))) {
    throw new ArgumentError(
      `${caller}: the names of input and output must differ from each other and from those of the ` +
        `arrays, got ${input.name} and ${output.name}`,
    );
  }
  graph.finish(result, output.name);
  const takesIndices = layers.at(0)?.[1] instanceof Embedding;
  const batch = [TRACED_EXAMPLES, ...inputShape];
  return encodeOnnx({
    nodes: graph.nodes,
    constants: [...graph.constants.values()],
    input: valueOf(input, batch, takesIndices ? 'int64' : 'float32'),
    output: valueOf(output, shapes.at(-1)?.outputShape ?? batch, 'float32'),
    opset: graph.opset,
    description,
    metadata,
  });
}

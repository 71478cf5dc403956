// toOnnx: a network as the bytes of an ONNX file.

import { ArgumentError } from '../../engine/errors.js';
import type { Shape } from '../../engine/index.js';
import { checkOptions, describeValue, isIntegerList } from '../../engine/options.js';
import type { Layer } from '../../nn/index.js';
import { hostState } from './hostState.js';
import { layersIn, rowOf } from './layerTable.js';

/** Options of `toOnnx`. */
export interface ToOnnxOptions {
  /** Shape of one example, without the first axis of the input: [1, 28, 28]. */
  readonly inputShape: Shape;
  /** Name of the input. Default `x`. */
  readonly inputName?: string;
  /** Name of the output. Default `y`. */
  readonly outputName?: string;
  /** Texts for the users of the file, such as class names. Default none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Converts a network in evaluation mode to the bytes of an ONNX file, for ONNX Runtime and other
 * runtimes. The first axis of the input may have any size; the others are those of `inputShape`.
 * Numbers are float32; the input is int64 if the first layer is an `Embedding`. Operator set 13, or
 * up to 17 for layer normalization and causal attention.
 *
 * The networks are those of `toPyTorch`: layers of inkgrad, alone or in a `Sequential`. The layers
 * run once, on zeros, to determine their shapes; modes and running statistics stay as they are.
 *
 * @throws ArgumentError naming the layer that cannot be exported, and the reason; or for an invalid
 *   option
 * @throws ShapeError if a layer does not accept its input
 * @example
 * const model = new Sequential(
 *   new Linear({ inFeatures: 4, outFeatures: 3, rng: new Rng(1) }),
 *   new ReLU(),
 * );
 * const bytes = await toOnnx(model, { inputShape: [4] });
 * print(bytes.length > 3 * 4 * 4); // true
 * model.dispose();
 */
export async function toOnnx(model: Layer, options: ToOnnxOptions): Promise<Uint8Array> {
  checkOptions('toOnnx', options, {
    inputShape: true,
    inputName: true,
    outputName: true,
    metadata: true,
  });
  const { inputShape, inputName = 'x', outputName = 'y', metadata = {} } = options;
  if (!isIntegerList(inputShape) || inputShape.some((size) => size < 1)) {
    throw new ArgumentError(
      'toOnnx: inputShape must be the shape of one example, such as [1, 28, 28], got ' +
        describeValue(inputShape),
    );
  }
  const layers = layersIn(model);
  for (const [name, layer] of layers) rowOf('toOnnx', name, layer); // throws before any work
  // The writer is loaded when it is used, with protobufjs.
  const [tensors, { networkToOnnx }] = await Promise.all([
    hostState(model),
    import('./networkToOnnx.js'),
  ]);
  return networkToOnnx('toOnnx', {
    layers,
    tensors,
    inputShape,
    input: { name: inputName, description: '' },
    output: { name: outputName, description: '' },
    description: 'Exported by inkgrad.',
    metadata,
  });
}

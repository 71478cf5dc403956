// Exports a loaded model to the formats of other programs, as bytes. The writer of a format is
// loaded when it is requested, with the libraries that it needs.

import { encodeSafetensors, quantize, type HostArray } from '../../nn/index.js';
import { canonicalJson } from '../../nn/saving/json.js';
import { hostState } from '../exchange/hostState.js';
import { withDigest } from './fileDigest.js';
import { layersOf, normalizationOf } from './layerList.js';
import type { CharacterNet } from './characterNet.js';
import type { TrainingMetadata } from './modelContents.js';

/** Single-file formats. */
export const FILE_FORMATS = ['onnx', 'safetensors', 'pth'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

export interface ExportedModel {
  readonly model: CharacterNet;
  /** Name of each class, in the order of the logits. */
  readonly classes: readonly string[];
  /** Name of the training data. */
  readonly data: string;
  /** Temperature: divides the logits before the softmax. Default 1. */
  readonly temperature?: number;
  /**
   * Further training metadata. Safetensors store it, so that the validation part can still be
   * identified; ONNX stores the evidence that the model requires.
   */
  readonly training?: TrainingMetadata;
}

/** Number formats of weights. */
export const WEIGHT_FORMATS = ['float32', 'float16', 'int8'] as const;
export type WeightFormat = (typeof WEIGHT_FORMATS)[number];

export interface ExportOptions {
  /**
   * Safetensors only: number format of the weights of convolutions and linear
   * layers. Default float32.
   */
  readonly weights?: WeightFormat;
}

/**
 * True for convolution and linear weights, 99.6 % of the numbers. The rest stays float32: fewer
 * bits would save almost nothing. Batch norm's batch counter would also become wrong, because half
 * precision cannot count beyond 2,048.
 */
const isWeight = ({ shape }: HostArray): boolean => shape.length >= 2;

const ENCODERS: Record<
  FileFormat,
  (
    tensors: Record<string, HostArray>,
    exported: ExportedModel,
    options: ExportOptions,
  ) => Uint8Array | Promise<Uint8Array>
> = {
  onnx: async (tensors, { model, classes, temperature = 1, training }) => {
    const { networkToOnnx } = await import('../exchange/networkToOnnx.js');
    const preprocess = training?.preprocess ?? 'ink';
    const normalization = normalizationOf(preprocess, model.inputShape);
    const minEvidence = training?.minEvidence ?? null;
    const description =
      `Classifies ${preprocess === 'ink' ? 'a handwritten character' : 'an image'}. ` +
      `Input: images [N, ${model.inputShape.join(', ')}], float32, ${normalization}.`;
    return networkToOnnx('export', {
      layers: layersOf(model),
      tensors,
      inputShape: model.inputShape,
      input: { name: 'x', description },
      output: {
        name: 'logits',
        description: 'one logit per class; the largest is the predicted class',
      },
      description,
      metadata: {
        classes: JSON.stringify(classes),
        normalization,
        temperature: `${temperature}`,
        probabilities: 'softmax(logits / temperature)',
        ...(minEvidence === null
          ? {}
          : {
              minEvidence: `${minEvidence}`,
              rejection: 'not a letter or digit if max(logits) - mean(logits) < minEvidence',
            }),
      },
    });
  },
  safetensors: (tensors, { classes, data, temperature = 1, training }, { weights = 'float32' }) => {
    const extra = canonicalJson({ ...training, classes: [...classes], data, temperature });
    const arrays = weights === 'int8' ? quantize(tensors, isWeight) : tensors;
    const options = weights === 'float16' ? { half: isWeight } : {};
    return withDigest(encodeSafetensors(arrays, { inkgrad: '1', extra }, options));
  },
  pth: async (tensors, { model, classes }) => {
    const { encodePth } = await import('../formats/pthWriter.js');
    return encodePth({ tensors, classes, inputSize: model.inputShape });
  },
};

/**
 * Exports the weights and the class names; equal models give equal bytes.
 *
 * @throws ArgumentError if a weight exceeds the range of the requested number format
 */
export async function exportModel(
  exported: ExportedModel,
  format: FileFormat,
  options: ExportOptions = {},
): Promise<Uint8Array> {
  return ENCODERS[format](await hostState(exported.model), exported, options);
}

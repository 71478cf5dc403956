// Fine-tunes a model file on corrections and returns the new model file and its results.
// Fine-tuning always starts from the original model with all corrections. The result therefore
// depends neither on their order in time nor on earlier lessons, and a withdrawn correction leaves
// no trace. Bytes in, bytes out; runs in Node and in a worker.

import type { JsonObject } from '../../nn/saving/json.js';
import { loadState, saveState } from '../../nn/saving/serialize.js';
import { Normalizer } from '../../data/loading/transform.js';
import { withDigest } from '../model/fileDigest.js';
import { modelFrom } from '../model/modelContents.js';
import type { CharacterNet } from '../model/characterNet.js';
import { featuresOf, argmax, logitsOf, rowOf, type HostMatrix } from './features.js';
import { fineTune, type Correction, type FineTuneProgress } from './fineTune.js';
import { drawHeldOut, drawOthers } from './syntheticSets.js';

export interface LessonOptions {
  /** Name of the model in error messages. */
  readonly name: string;
  /** The original model file. */
  readonly safetensors: Uint8Array;
  /** At least one. */
  readonly corrections: readonly Correction[];
  /** Called every few steps; a returned promise is awaited. */
  readonly onProgress?: (progress: FineTuneProgress) => unknown;
}

/**
 * Accuracy on synthetic characters that were not used for fine-tuning: neither EMNIST nor real handwriting.
 */
export interface HeldOutResult {
  readonly count: number;
  /** Number of correct predictions before and after fine-tuning. */
  readonly before: number;
  readonly after: number;
}

export interface Lesson {
  /**
   * The fine-tuned model as a file: the original's with another hidden layer. `inkgrad` reads it.
   */
  readonly safetensors: Uint8Array<ArrayBuffer>;
  /** Null if the program can draw none of the model's characters. */
  readonly heldOut: HeldOutResult | null;
  /** Number of corrections that are now predicted correctly and with confidence. */
  readonly learned: number;
  readonly steps: number;
}

/**
 * Fine-tunes the model on the corrections.
 *
 * @throws ModelError if the file is no model; ArgumentError if a correction does not fit it
 */
export async function runLesson(options: LessonOptions): Promise<Lesson> {
  const { name, safetensors, corrections, ...rest } = options;
  const { model, classes, temperature } = await modelFrom(name, safetensors);
  try {
    const heldOut = drawHeldOut(classes);
    const features = await featuresOf(
      model,
      pixelsOf([...corrections.map(({ image }) => image), heldOut.images]),
    );
    const before = predictionsOf(await logitsOf(model, features));
    const { step: steps, learned } = await fineTune(model, {
      corrections,
      others: drawOthers(),
      temperature,
      ...rest,
    });
    const after = predictionsOf(await logitsOf(model, features));
    const countCorrect = (predictions: readonly number[]): number =>
      heldOut.names.filter(
        (expected, index) => classes[predictions[corrections.length + index]] === expected,
      ).length;
    return {
      safetensors: await saveFineTuned(model, safetensors, corrections.length),
      heldOut:
        heldOut.names.length === 0
          ? null
          : {
              count: heldOut.names.length,
              before: countCorrect(before),
              after: countCorrect(after),
            },
      learned,
      steps,
    };
  } finally {
    model.dispose();
  }
}

/** Normalized pixels, `[n, 28, 28]`, of parts of one or more images. */
function pixelsOf(parts: readonly Uint8Array[]): Float32Array {
  const pixels = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  const normalizer = new Normalizer();
  let offset = 0;
  for (const part of parts) {
    normalizer.apply(part, pixels.subarray(offset, offset + part.length));
    offset += part.length;
  }
  return pixels;
}

function predictionsOf(logits: HostMatrix): number[] {
  return Array.from({ length: logits.count }, (_, index) => argmax(rowOf(logits, index)));
}

/** Keeps the metadata of the original's file and adds a note that this model is fine-tuned. */
async function saveFineTuned(
  model: CharacterNet,
  original: Uint8Array,
  corrections: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const extra = loadState(original).extra as JsonObject;
  return withDigest(await saveState({ model, extra: { ...extra, taught: { corrections } } }));
}

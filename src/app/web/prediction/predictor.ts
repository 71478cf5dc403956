// Predictor: a loaded model that predicts images on the page's main thread. The caller provides the model's bytes.

import { type Backend, noGrad, scope, type Tensor, withBackend } from '../../../engine/index.js';
import { ArgumentError } from '../../../engine/errors.js';
import { IMAGE_PIXELS } from '../../../data/emnist/idx.js';
import { Normalizer } from '../../../data/loading/transform.js';
import type { CharacterNet } from '../../model/characterNet.js';
import { modelFrom, readContents, type LoadedModel } from '../../model/modelContents.js';
import type { Rejection } from '../../evaluation/rejection.js';
import { probabilitiesOf } from '../../training/temperature.js';
import { pageBackend } from './backend.js';
import type { ModelCard, Prediction } from './types.js';
import { summarizeProbabilities } from './verdict.js';
import { imageTensor } from '../../model/imageTensor.js';

const normalizer = new Normalizer();

export class Predictor {
  readonly classes: readonly string[];
  /** The network, in evaluation mode, on the page's backend. */
  readonly model: CharacterNet;
  /** Calibration temperature: logits are divided by it before the softmax, so that probabilities match frequencies. */
  readonly temperature: number;
  /** When to reject a drawing as not a character; null: never. */
  readonly rejection: Rejection | null;
  readonly card: ModelCard;
  readonly #backend: Backend;

  private constructor(
    { model, classes, temperature, rejection }: LoadedModel,
    card: ModelCard,
    backend: Backend,
  ) {
    this.#backend = backend;
    this.model = model;
    this.classes = classes;
    this.temperature = temperature;
    this.rejection = rejection;
    this.card = card;
  }

  /**
   * Opens a model file.
   *
   * @param bytes safetensors, or PyTorch's .pth, whose parser is loaded on demand
   * @param name name of the file, for messages and the model card
   * @throws ModelError if the file is damaged or contains another network
   * @throws BackendError if the browser has no WebAssembly SIMD
   */
  static async open(bytes: Uint8Array, name: string): Promise<Predictor> {
    const { format, safetensors } = await readContents(name, bytes);
    const backend = await pageBackend();
    const loaded = await modelFrom(name, safetensors, backend);
    const parameters = loaded.model.parameterCount;
    const card = { name, format, bytes, safetensors, parameters, training: loaded.training };
    return new Predictor(loaded, card, backend);
  }

  /**
   * The network's input for an image; the tensor belongs to the caller's scope.
   *
   * @param image [28, 28], 0 = paper, 255 = ink
   * @returns `[1, 1, 28, 28]`, -1 = paper, 1 = ink
   */
  input(image: Uint8Array): Tensor {
    if (image.length !== IMAGE_PIXELS) {
      throw new ArgumentError(
        `predictor: expected an image of ${IMAGE_PIXELS} bytes, got ${image.length}`,
      );
    }
    const pixels = new Float32Array(IMAGE_PIXELS);
    normalizer.apply(image, pixels);
    return imageTensor(pixels);
  }

  /** Predicts one image; leaves no tensors on the backend. */
  async predict(image: Uint8Array): Promise<Prediction> {
    const output = await withBackend(this.#backend, () =>
      scope(() => noGrad(() => this.model.forward(this.input(image))).data()),
    ); // [1, classes]
    const logits = Float32Array.from(output);
    const probabilities = probabilitiesOf(logits, logits.length, this.temperature);
    const summary = summarizeProbabilities(probabilities, this.classes, this.rejection);
    return { image, logits, probabilities, ...summary };
  }

  /** Frees the network. */
  dispose(): void {
    this.model.dispose();
  }
}

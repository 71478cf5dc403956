// What a panel explains: the drawing on the pad, or an example while the pad is empty.

import type { App } from '../app.js';
import { imageOf } from '../pad/drawing.js';
import { SAMPLES, strokesOf } from '../pad/samples/sampleCharacters.js';
import type { Predictor } from '../prediction/predictor.js';
import type { Prediction } from '../prediction/types.js';

export interface Subject {
  readonly predictor: Predictor;
  readonly prediction: Prediction;
  readonly isExample: boolean;
}

/** Keeps the prediction for the example. */
export class Subjects {
  readonly #app: App;
  #example: Subject | null = null;

  constructor(app: App) {
    this.#app = app;
  }

  /** The current subject; null while there is no model, or no prediction by it yet. */
  async current(): Promise<Subject | null> {
    const [predictor, prediction] = [this.#app.predictor.value, this.#app.prediction.value];
    if (predictor === null) return null;
    if (prediction !== null)
      return prediction.logits.length === predictor.classes.length
        ? { predictor, prediction, isExample: false }
        : null;
    if (!this.#app.drawing.value.empty) return null;
    if (this.#example?.predictor !== predictor) {
      const example = await predictor.predict(exampleImage());
      this.#example = { predictor, prediction: example, isExample: true };
    }
    return this.#example;
  }
}

/** The example as the network's input, [28, 28]. */
export function exampleImage(): Uint8Array {
  const sample = SAMPLES.find(({ name }) => name.endsWith(' g')) ?? SAMPLES[0];
  return imageOf(strokesOf(sample.path));
}

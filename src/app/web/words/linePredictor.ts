// Predictions for the groups of a line, cached so that only changed groups are predicted again.

import type { Stroke } from '../../../data/strokes/raster.js';
import { imageOf } from '../pad/drawing.js';
import type { Predictor } from '../prediction/predictor.js';
import type { Prediction } from '../prediction/types.js';
import type { Group } from '../../words/segment.js';

interface CachedPrediction {
  readonly predictor: Predictor;
  readonly strokes: readonly Stroke[];
  /** Number of coordinates of all strokes, which changes while a stroke is being drawn. */
  readonly coordinates: number;
  readonly prediction: Prediction;
}

export class LinePredictor {
  #cache: readonly CachedPrediction[] = [];

  /** Predicts each group; cached predictions of other groups are dropped. */
  async predict(groups: readonly Group[], predictor: Predictor): Promise<Prediction[]> {
    const entries: CachedPrediction[] = [];
    for (const { parts: strokes } of groups) {
      const coordinates = strokes.reduce((sum, { length }) => sum + length, 0);
      const cached = this.#cache.find(
        (one) =>
          one.predictor === predictor &&
          one.coordinates === coordinates &&
          sameStrokes(one.strokes, strokes),
      );
      const prediction = cached?.prediction ?? (await predictor.predict(imageOf(strokes)));
      entries.push({ predictor, strokes, coordinates, prediction });
    }
    this.#cache = entries;
    return entries.map(({ prediction }) => prediction);
  }
}

function sameStrokes(one: readonly Stroke[], other: readonly Stroke[]): boolean {
  return one.length === other.length && one.every((stroke) => other.includes(stroke));
}

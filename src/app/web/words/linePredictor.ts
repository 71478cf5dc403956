// Predictions for the groups of a line, cached so that only changed groups are predicted again.

import type { Stroke } from '../../../data/strokes/raster.js';
import { imageOf } from '../pad/drawing.js';
import type { Predictor } from '../prediction/predictor.js';
import type { Prediction } from '../prediction/types.js';
import type { Group } from '../../words/segment.js';

/** Strokes at one moment: a stroke grows in place while it is being drawn. */
export interface StrokesVersion {
  readonly strokes: readonly Stroke[];
  readonly coordinates: number;
}

interface CachedPrediction extends StrokesVersion {
  readonly predictor: Predictor;
  readonly prediction: Prediction;
}

export class LinePredictor {
  #cache: readonly CachedPrediction[] = [];

  /** Predicts each group; cached predictions of other groups are dropped. */
  async predict(groups: readonly Group[], predictor: Predictor): Promise<Prediction[]> {
    const entries: CachedPrediction[] = [];
    for (const { parts } of groups) {
      const cached = this.#cache.find(
        (one) => one.predictor === predictor && isUnchanged(one, parts),
      );
      const version = versionOf(parts);
      const prediction = cached?.prediction ?? (await predictor.predict(imageOf(parts)));
      entries.push({ predictor, ...version, prediction });
    }
    this.#cache = entries;
    return entries.map(({ prediction }) => prediction);
  }
}

export const versionOf = (strokes: readonly Stroke[]): StrokesVersion => ({
  strokes,
  coordinates: strokes.reduce((sum, { length }) => sum + length, 0),
});

/** Whether the strokes are the same, and none has grown. */
export function isUnchanged(version: StrokesVersion, strokes: readonly Stroke[]): boolean {
  return (
    version.coordinates === versionOf(strokes).coordinates &&
    version.strokes.length === strokes.length &&
    version.strokes.every((stroke) => strokes.includes(stroke))
  );
}

// Predictions for the groups of a line, cached so that only changed groups are predicted again.

import type { Stroke } from '../../../data/strokes/raster.js';
import { imageOf } from '../pad/drawing.js';
import type { Reader } from '../prediction/reader.js';
import type { Reading } from '../prediction/types.js';
import type { Group } from './segment.js';

interface Known {
  readonly reader: Reader;
  readonly strokes: readonly Stroke[];
  /** Number of coordinates of all strokes, which changes while a stroke is being drawn. */
  readonly numbers: number;
  readonly reading: Reading;
}

export class LineReader {
  #known: readonly Known[] = [];

  /** Predicts each group; cached predictions of other groups are dropped. */
  async read(groups: readonly Group[], reader: Reader): Promise<Reading[]> {
    const entries: Known[] = [];
    for (const { strokes } of groups) {
      const numbers = strokes.reduce((sum, { length }) => sum + length, 0);
      const known = this.#known.find(
        (one) =>
          one.reader === reader && one.numbers === numbers && sameStrokes(one.strokes, strokes),
      );
      const reading = known?.reading ?? (await reader.read(imageOf(strokes)));
      entries.push({ reader, strokes, numbers, reading });
    }
    this.#known = entries;
    return entries.map(({ reading }) => reading);
  }
}

function sameStrokes(one: readonly Stroke[], other: readonly Stroke[]): boolean {
  return one.length === other.length && one.every((stroke) => other.includes(stroke));
}

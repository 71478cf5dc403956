// Runs in the page's thread: times predictions, from strokes to the 28 x 28 image and from there to
// the verdict. It is bundled with the page's unmodified code.

import { openBundledModel } from '../../src/app/web/prediction/bundledModel.js';
import { renderGlyph } from '../../src/data/strokes/glyph.js';
import { smoothStrokes } from '../../src/data/strokes/smooth.js';
import type { Timings } from './firstPrediction.js';

globalThis.timePredictions = async (strokes, count) => {
  const reader = await openBundledModel();
  const timings: Timings = { image: [], network: [], both: [] };
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    const image = renderGlyph(smoothStrokes(strokes));
    const rendered = performance.now();
    await reader.predict(image);
    const end = performance.now();
    timings.image.push(rendered - start);
    timings.network.push(end - rendered);
    timings.both.push(end - start);
  }
  reader.dispose();
  return timings;
};

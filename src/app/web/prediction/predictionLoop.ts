// The prediction loop: one prediction at a time, always for the latest drawing, so that it keeps up on slow devices.

import type { ErrorReporter, PageState } from '../app.js';

/** Updates `app.prediction` when `app.drawing` or `app.predictor` changes; returns a function that stops it. */
export function startPredictionLoop(app: PageState & ErrorReporter): () => void {
  let stopped = false;
  let busy = false;
  /** Whether the drawing or the predictor changed since the last prediction started. */
  let stale = false;

  const run = async (): Promise<void> => {
    busy = true;
    while (stale && !stopped) {
      stale = false;
      const predictor = app.predictor.value;
      const drawing = app.drawing.value;
      if (drawing.empty || predictor === null) continue;
      try {
        const prediction = await predictor.predict(drawing.image);
        // Drop the result if the pad was cleared meanwhile. After other changes, show it until the next prediction.
        if (!app.drawing.value.empty) app.prediction.set(prediction);
      } catch (error) {
        if (app.predictor.value === predictor) app.showError(error); // a replaced predictor is disposed of and may fail
      }
    }
    busy = false;
  };
  const onChange = (): void => {
    stale = true;
    if (app.drawing.value.empty && app.prediction.value !== null) app.prediction.set(null);
    if (!busy) void run();
  };

  const unsubscribers = [app.drawing.subscribe(onChange), app.predictor.subscribe(onChange)];
  return () => {
    stopped = true;
    for (const unsubscribe of unsubscribers) unsubscribe();
  };
}

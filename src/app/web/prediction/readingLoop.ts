// The prediction loop: one prediction at a time, always for the latest drawing, so that it keeps up on slow devices.

import type { ErrorReporter, PageState } from '../app.js';

/** Updates `app.prediction` when `app.drawing` or `app.predictor` changes; returns a function that stops it. */
export function keepReading(app: PageState & ErrorReporter): () => void {
  let stopped = false;
  let busy = false;
  /** Whether the drawing or the predictor changed since the last prediction started. */
  let stale = false;

  const work = async (): Promise<void> => {
    busy = true;
    while (stale && !stopped) {
      stale = false;
      const reader = app.reader.value;
      const drawing = app.drawing.value;
      if (drawing.empty || reader === null) continue;
      try {
        const reading = await reader.read(drawing.image);
        // Drop the result if the pad was cleared meanwhile. After other changes, show it until the next prediction.
        if (!app.drawing.value.empty) app.reading.set(reading);
      } catch (error) {
        if (app.reader.value === reader) app.fail(error); // a replaced predictor is disposed of and may fail
      }
    }
    busy = false;
  };
  const changed = (): void => {
    stale = true;
    if (app.drawing.value.empty && app.reading.value !== null) app.reading.set(null);
    if (!busy) void work();
  };

  const ends = [app.drawing.subscribe(changed), app.reader.subscribe(changed)];
  return () => {
    stopped = true;
    for (const end of ends) end();
  };
}

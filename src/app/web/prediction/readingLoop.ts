// Reads every drawing, one at a time: while one is being read the others wait, and of those the latest alone is read.
// So the page keeps up with the hand on a slow device, too. Imports the signal and types.

import type { App } from '../app.js';

/** Keeps `app.reading` true to `app.drawing` and `app.reader`; returns how to stop that. */
export function keepReading(app: Pick<App, 'reader' | 'drawing' | 'reading' | 'fail'>): () => void {
  let stopped = false;
  let busy = false;
  /** Whether drawing or reader have changed since the last reading began. */
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
        // What was rubbed out meanwhile is not spoken of any more; a line that was added is: it is read next.
        if (!app.drawing.value.empty) app.reading.set(reading);
      } catch (error) {
        if (app.reader.value === reader) app.fail(error); // one that was replaced may fail, it is disposed of
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

// The page: puts its parts together. The pad draws, a reader reads each drawing, the result shows what was read, and the tabs
// look closer. What the first prediction does not need loads later. Imports the parts.

import { renderGlyph, type Stroke } from '../../data/glyph.js';
import { IMAGE_PIXELS } from '../../data/idx.js';
import type { App, Drawing } from './app.js';
import { byId } from './dom.js';
import { mountInvitation } from './invitation/invitation.js';
import { makeNotices, makeVoice } from './notices.js';
import type { Reader } from './reading/reader.js';
import { openShipped } from './reading/shipped.js';
import type { Reading } from './reading/types.js';
import { keepReading } from './readingLoop.js';
import { mountResult } from './result/result.js';
import { play } from './samples/play.js';
import { mountSamples } from './samples/samples.js';
import { Signal } from './signal.js';
import { mountTabs } from './tabs.js';

const EMPTY: Drawing = { strokes: [], image: new Uint8Array(IMAGE_PIXELS), empty: true, source: 'strokes' };

const app: App = {
  reader: new Signal<Reader | null>(null),
  drawing: new Signal(EMPTY),
  reading: new Signal<Reading | null>(null),
  say: makeVoice(byId('voice', HTMLElement)),
  fail: makeNotices(byId('notices', HTMLElement)),
};

mountResult(byId('result', HTMLElement), app);
mountInvitation(byId('invitation', HTMLElement), app);
keepReading(app);

const show = (strokes: readonly Stroke[]): void => {
  app.drawing.set({ strokes, image: renderGlyph(strokes), empty: strokes.length === 0, source: 'strokes' });
};
let stopWriting = (): void => undefined;
mountSamples(byId('samples', HTMLElement), (strokes) => {
  stopWriting();
  stopWriting = play(strokes, show);
});

/** The pad works meanwhile; what lies below it loads when the model has come, or has not. */
const opened = openShipped().then(
  (reader) => app.reader.set(reader),
  (error: unknown) => app.fail(error),
);
mountTabs({ bar: byId('tabs', HTMLElement), below: byId('panels', HTMLElement), firstThings: opened }, app);

void opened
  .then(() => import('./offline/register.js'))
  .then(({ workOffline }) => workOffline(byId('notices', HTMLElement)))
  .catch((error: unknown) => app.fail(error));

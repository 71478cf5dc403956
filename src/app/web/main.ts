// Entry point of the page: connects pad, predictor, result and tabs. Code that the first prediction does not need loads later.

import type { App } from './app.js';
import { byId } from './ui/dom.js';
import { mountInvitation } from './pad/invitation.js';
import { makeNotices, makeVoice } from './ui/notices.js';
import { drawingOf } from './pad/drawing.js';
import { followAddress } from './pad/link.js';
import { offerLink } from './pad/linkButton.js';
import { Pad } from './pad/pad.js';
import { takePictures } from './pad/pictureInput.js';
import { EMPTY_SHEET } from './pad/sheet.js';
import type { Reader } from './prediction/reader.js';
import { openShipped } from './prediction/shipped.js';
import type { Reading } from './prediction/types.js';
import { keepReading } from './prediction/readingLoop.js';
import { mountResult } from './prediction/result.js';
import { play } from './pad/samples/play.js';
import { mountSamples } from './pad/samples/samples.js';
import { Signal } from './ui/signal.js';
import { mountTabs } from './ui/tabs.js';

const app: App = {
  reader: new Signal<Reader | null>(null),
  drawing: new Signal(drawingOf(EMPTY_SHEET)),
  reading: new Signal<Reading | null>(null),
  say: makeVoice(byId('announcer', HTMLElement)),
  fail: makeNotices(byId('notices', HTMLElement)),
};

mountResult(byId('result', HTMLElement), app);
mountInvitation(byId('invitation', HTMLElement), app);
keepReading(app);

let stopWriting = (): void => undefined;
const pad = new Pad(byId('pad', HTMLElement), app, {
  label: 'Drawing pad',
  begun: () => stopWriting(),
});
pad.sheet.subscribe((sheet) => app.drawing.set(drawingOf(sheet)));
takePictures(pad, app);
offerLink(pad, app);
followAddress(
  (strokes) => pad.setStrokes(strokes),
  (error) => app.fail(error),
);
mountSamples(byId('samples', HTMLElement), (strokes) => {
  stopWriting();
  pad.canvas.scrollIntoView({ block: 'nearest' }); // on a phone the samples are far below the pad
  stopWriting = play(strokes, (soFar) => {
    if (soFar === strokes) pad.setStrokes(strokes);
    else pad.preview(soFar);
  });
});

/** The pad works while the model loads; the panels load after the model has loaded or failed. */
const opened = openShipped().then(
  (reader) => app.reader.set(reader),
  (error: unknown) => app.fail(error),
);
mountTabs(
  { bar: byId('tabs', HTMLElement), below: byId('panels', HTMLElement), firstThings: opened },
  app,
);

void opened
  .then(() => import('./teaching/modelSwitch.js'))
  .then(({ startTeaching }) => startTeaching(byId('model-switch', HTMLElement), app))
  .catch((error: unknown) => app.fail(error));
void opened
  .then(() => import('./offline/register.js'))
  .then(({ workOffline }) => workOffline(byId('notices', HTMLElement)))
  .catch((error: unknown) => app.fail(error));

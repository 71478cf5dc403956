// Entry point of embed.html, the page for an iframe: pad, prediction, and a link to the page itself with the drawing. It stores
// nothing, since a browser may block the storage of embedded pages.

import type { App } from '../app.js';
import { drawingOf } from '../pad/drawing.js';
import { demonstrate, mountInvitation } from '../pad/invitation.js';
import { addressOf, watchAddress } from '../pad/link.js';
import { Pad } from '../pad/pad.js';
import { EMPTY_CONTENTS } from '../pad/padContents.js';
import { openBundledModel } from '../prediction/bundledModel.js';
import { startPredictionLoop } from '../prediction/predictionLoop.js';
import type { Predictor } from '../prediction/predictor.js';
import { mountResult } from '../prediction/result.js';
import type { Prediction } from '../prediction/types.js';
import { byId } from '../ui/dom.js';
import { makeAnnouncer, makeNotices } from '../ui/notices.js';
import { Signal } from '../ui/signal.js';

const app: App = {
  predictor: new Signal<Predictor | null>(null),
  drawing: new Signal(drawingOf(EMPTY_CONTENTS)),
  prediction: new Signal<Prediction | null>(null),
  announce: makeAnnouncer(byId('announcer', HTMLElement)),
  showError: makeNotices(byId('notices', HTMLElement)),
};
mountResult(byId('result', HTMLElement), app);
startPredictionLoop(app);

let stopDemonstration = (): void => undefined;
const demonstrating = new Signal(false);
const pad = new Pad(byId('pad', HTMLElement), app, {
  label: 'Drawing pad',
  onEdit: () => stopDemonstration(),
});
mountInvitation(byId('invitation', HTMLElement), app, demonstrating);

const fullPage = byId('full-page', HTMLAnchorElement);
const page = new URL('./', document.baseURI).href;
pad.contents.subscribe((contents) => {
  app.drawing.set(drawingOf(contents));
  try {
    const isEmpty = contents.strokes.length === 0 || demonstrating.value;
    fullPage.href = isEmpty ? page : addressOf(contents.strokes, page);
  } catch {
    fullPage.href = page; // too many strokes for an address
  }
});
watchAddress(
  (strokes) => {
    stopDemonstration();
    pad.setStrokes(strokes);
  },
  (error) => app.showError(error),
);

const loading = byId('loading', HTMLElement);
openBundledModel().then(
  (predictor) => {
    loading.remove();
    app.predictor.set(predictor);
    if (app.drawing.value.empty) stopDemonstration = demonstrate(pad, demonstrating);
  },
  (error: unknown) => {
    loading.textContent = 'The network could not be loaded.';
    app.showError(error);
  },
);

// Entry point of the page: connects pad, predictor, result and tabs. Code that the first prediction does not need loads later.

import type { App } from './app.js';
import { byId } from './ui/dom.js';
import { applyPresentation } from './classroom/present.js';
import { demonstrate, mountInvitation } from './pad/invitation.js';
import { makeNotices, makeAnnouncer } from './ui/notices.js';
import { drawingOf } from './pad/drawing.js';
import { keepStrokes, keptStrokes } from './pad/keepDrawing.js';
import { watchAddress } from './pad/link.js';
import { mountLinkButton } from './pad/linkButton.js';
import { Pad } from './pad/pad.js';
import { mountImageInput } from './pad/imageInput.js';
import { EMPTY_CONTENTS } from './pad/padContents.js';
import type { Predictor } from './prediction/predictor.js';
import { openBundledModel } from './prediction/bundledModel.js';
import type { Prediction } from './prediction/types.js';
import { startPredictionLoop } from './prediction/predictionLoop.js';
import { mountResult } from './prediction/result.js';
import { animateStrokes } from './pad/samples/animation.js';
import { mountSamples } from './pad/samples/samples.js';
import { Signal } from './ui/signal.js';
import { mountTabs } from './ui/tabs.js';

applyPresentation();
const app: App = {
  predictor: new Signal<Predictor | null>(null),
  drawing: new Signal(drawingOf(EMPTY_CONTENTS)),
  prediction: new Signal<Prediction | null>(null),
  announce: makeAnnouncer(byId('announcer', HTMLElement)),
  showError: makeNotices(byId('notices', HTMLElement)),
  pad: {
    showInput: async (input) => {
      const { imageOfInput } = await import('./pad/imageOfInput.js');
      pad.setImage(await imageOfInput(input));
    },
    undo: () => pad.undo(),
  },
};

mountResult(byId('result', HTMLElement), app);
startPredictionLoop(app);

let stopAnimation = (): void => undefined;
const pad = new Pad(byId('pad', HTMLElement), app, {
  label: 'Drawing pad',
  onEdit: () => stopAnimation(),
});
/** Whether the pad shows an example that the visitor did not ask for. */
const demonstrating = new Signal(false);
pad.contents.subscribe((contents) => app.drawing.set(drawingOf(contents)));
mountInvitation(byId('invitation', HTMLElement), app, demonstrating);
mountImageInput(pad, app);
mountLinkButton(pad, app);
const kept = keptStrokes();
if (kept !== null) pad.setStrokes(kept);
keepStrokes(() => (demonstrating.value ? [] : pad.contents.value.strokes));
watchAddress(
  (strokes) => {
    stopAnimation();
    pad.setStrokes(strokes);
  },
  (error) => app.showError(error),
);
mountSamples(byId('samples', HTMLElement), app, (strokes) => {
  stopAnimation();
  pad.canvas.scrollIntoView({ block: 'nearest' }); // on a phone the samples are far below the pad
  stopAnimation = animateStrokes(strokes, (soFar) => {
    if (soFar === strokes) pad.setStrokes(strokes);
    else pad.preview(soFar);
  });
});

/** The pad works while the model loads; the panels load after the model has loaded or failed. */
const loading = byId('loading', HTMLElement);
const modelLoaded = openBundledModel().then(
  (predictor) => {
    app.predictor.set(predictor);
    const isExpectingDrawing = new URLSearchParams(location.hash.slice(1)).has('s');
    if (app.drawing.value.empty && !isExpectingDrawing)
      stopAnimation = demonstrate(pad, demonstrating);
    return predictor;
  },
  (error: unknown) => {
    loading.textContent = 'The network could not be loaded.';
    app.showError(error);
    return null;
  },
);
app.predictor.subscribe((predictor) => {
  if (predictor !== null) loading.remove();
});
mountTabs(
  {
    bar: byId('tabs', HTMLElement),
    panels: byId('panels', HTMLElement),
    showPad: byId('show-pad', HTMLButtonElement),
    ready: modelLoaded,
  },
  app,
);

void modelLoaded
  .then(async (bundled) => {
    const { restoreFineTuned } = await import('./teaching/modelSwitch.js');
    const hosts = {
      mark: byId('model-switch', HTMLElement),
      about: byId('about-network', HTMLElement),
    };
    await restoreFineTuned(hosts, app, bundled);
  })
  .catch((error: unknown) => app.showError(error));
void modelLoaded
  .then(() => import('./classroom/index.js'))
  .then(({ mountClassroom }) => mountClassroom(byId('page-tools', HTMLElement), app))
  .catch((error: unknown) => app.showError(error));
void modelLoaded
  .then(() => import('./offline/register.js'))
  .then(({ enableOffline }) => enableOffline(byId('notices', HTMLElement)))
  .catch((error: unknown) => app.showError(error));

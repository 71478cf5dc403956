// Entry point of the page: connects the stage with samples, tabs and tools. Code that the first prediction does not need loads
// later.

import { applyPresentation } from './classroom/present.js';
import { mountImageInput } from './pad/imageInput.js';
import { keepStrokes, keptStrokes } from './pad/keepDrawing.js';
import { mountLinkButton } from './pad/linkButton.js';
import { mountSamples } from './pad/samples/samples.js';
import { mountStage } from './stage.js';
import { byId } from './ui/dom.js';
import { mountTabs } from './ui/tabs.js';

applyPresentation();
const stage = mountStage();
const { app, pad } = stage;
mountImageInput(pad, app);
mountLinkButton(pad, app);
const kept = keptStrokes();
if (kept !== null) pad.setStrokes(kept);
keepStrokes(() => (stage.demonstrating.value ? [] : pad.contents.value.strokes));
stage.watchAddress();
mountSamples(byId('samples', HTMLElement), app, (strokes) => {
  pad.canvas.scrollIntoView({ block: 'nearest' }); // on a phone the samples are far below the pad
  stage.play(strokes);
});

const modelLoaded = stage.loadModel();
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

// The stage of a page: the pad, the prediction of what is on it, the drawing in the address, and the example of a first visit.
// The page and embed.html share it.

import type { Stroke } from '../../data/strokes/raster.js';
import type { App } from './app.js';
import { drawingOf } from './pad/drawing.js';
import { demonstrate, mountInvitation } from './pad/invitation.js';
import { addressHasDrawing, watchAddress } from './pad/link.js';
import { Pad } from './pad/pad.js';
import { EMPTY_CONTENTS } from './pad/padContents.js';
import { animateStrokes } from './pad/samples/animation.js';
import { openBundledModel } from './prediction/bundledModel.js';
import { startPredictionLoop } from './prediction/predictionLoop.js';
import type { Predictor } from './prediction/predictor.js';
import { mountResult } from './prediction/result.js';
import type { Prediction } from './prediction/types.js';
import { byId } from './ui/dom.js';
import { makeAnnouncer, makeNotices } from './ui/notices.js';
import { Signal } from './ui/signal.js';

export interface Stage {
  readonly app: App;
  readonly pad: Pad;
  /** Whether the pad shows an example that the visitor did not ask for. */
  readonly demonstrating: Signal<boolean>;
  /** Draws strokes on the pad, gradually. */
  play(strokes: readonly Stroke[]): void;
  /** Shows the drawing in the address, now and when it changes. */
  watchAddress(): void;
  /** Loads the page's model; null if that fails, which a notice states. The pad works meanwhile. */
  loadModel(): Promise<Predictor | null>;
}

/** Mounts the stage in the page's elements `pad`, `invitation`, `result`, `loading`, `notices` and `announcer`. */
export function mountStage(): Stage {
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
  const demonstrating = new Signal(false);
  pad.contents.subscribe((contents) => app.drawing.set(drawingOf(contents)));
  mountInvitation(byId('invitation', HTMLElement), app, demonstrating);

  const loading = byId('loading', HTMLElement);
  app.predictor.subscribe((predictor) => {
    if (predictor !== null) loading.remove();
  });
  return {
    app,
    pad,
    demonstrating,
    play: (strokes) => {
      stopAnimation();
      stopAnimation = animateStrokes(strokes, (soFar) => {
        if (soFar === strokes) pad.setStrokes(strokes);
        else pad.preview(soFar);
      });
    },
    watchAddress: () =>
      watchAddress(
        (strokes) => {
          stopAnimation();
          pad.setStrokes(strokes);
        },
        (error) => app.showError(error),
      ),
    loadModel: async () => {
      try {
        const predictor = await openBundledModel();
        app.predictor.set(predictor);
        // A damaged link leaves the pad empty, without an example that could be taken for its drawing.
        if (app.drawing.value.empty && !addressHasDrawing())
          stopAnimation = demonstrate(pad, demonstrating);
        return predictor;
      } catch (error) {
        loading.textContent = 'The network could not be loaded.';
        app.showError(error);
        return null;
      }
    },
  };
}

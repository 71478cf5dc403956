// The Why panel: what would turn the current drawing into another character, and which pixels decide, live.
// It computes only while it is visible, at most once per frame, and always for the latest drawing.

import type { App, Panel } from '../app.js';
import { onPaletteChange } from '../figures/palette.js';
import { runWhenVisible } from '../figures/runWhenVisible.js';
import { element } from '../ui/dom.js';
import { dabEffects } from './dabEffects.js';
import { Explanation, type Snapshot } from './explanation.js';
import { scoredNetwork } from './flip.js';
import { Subjects, type Subject } from '../figures/subject.js';
import '../figures/figures.css';
import './why.css';

export function mount(host: HTMLElement, app: App): Panel {
  const subjects = new Subjects(app);
  let snapshot: Snapshot | null = null;
  /** The chosen character; null: the second likeliest. */
  let chosen: number | null = null;
  const explanation = new Explanation(app, (index) => {
    chosen = index;
    task.request();
  });
  host.append(element('div', { className: 'why figures' }, explanation.root));

  const explain = async (subject: Subject): Promise<Snapshot> => {
    const { predictor, prediction } = subject;
    const { image, logits, ranked } = prediction;
    const [top, second] = ranked;
    const target = chosen === null || chosen === top.index ? second.index : chosen;
    const known = snapshot?.prediction === prediction ? snapshot.effects : null;
    const effects =
      known ?? (await dabEffects(scoredNetwork(predictor.model), image, logits, pause));
    return { ...subject, target, effects };
  };
  const task = runWhenVisible(host, async () => {
    const predictor = app.predictor.value;
    try {
      const subject = await subjects.current();
      if (subject === null || subject.isExample !== snapshot?.isExample) chosen = null;
      snapshot = subject === null ? null : await explain(subject);
      explanation.show(snapshot);
    } catch (error) {
      if (app.predictor.value === predictor) app.showError(error); // a replaced predictor is disposed of and may fail
    }
  });
  app.predictor.subscribe(task.request);
  app.prediction.subscribe(task.request);
  onPaletteChange(() => explanation.show(snapshot));
  return {
    show: () => {
      task.request(); // starts a search that `hide` has stopped
      task.resume();
    },
    hide: () => {
      task.pause();
      explanation.flip.pause();
    },
  };
}

/** Gives the page time for other work, such as strokes. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

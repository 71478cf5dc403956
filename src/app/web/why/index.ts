// The Why panel: the pixels that decide the prediction of the current drawing, live.
// It computes only while it is visible, at most once per frame, and always for the latest drawing.

import type { Tensor } from '../../../engine/index.js';
import type { App, Panel } from '../app.js';
import { onPaletteChange } from '../figures/palette.js';
import { Choice } from '../figures/picker.js';
import { runWhenVisible } from '../figures/runWhenVisible.js';
import { element } from '../ui/dom.js';
import { Explanation, type Snapshot } from './explanation.js';
import { inkGradients, type GradientTargets } from './inkGradients.js';
import '../figures/figures.css';
import './why.css';

export function mount(host: HTMLElement, app: App): Panel {
  let snapshot: Snapshot | null = null;
  const target = new Choice<number>(() => task.request());
  const explanation = new Explanation(target);
  host.append(element('div', { className: 'why figures' }, explanation.root));

  const showSnapshot = (next: Snapshot | null): void => {
    snapshot = next;
    explanation.show(next);
  };
  const task = runWhenVisible(host, async () => {
    const [prediction, predictor] = [app.prediction.value, app.predictor.value];
    if (prediction === null || prediction.logits.length !== predictor?.classes.length) {
      target.select(null);
      showSnapshot(null);
      return;
    }
    const [top, second] = prediction.ranked;
    const targets = chooseTargets(top.index, second.index, target.value);
    try {
      const input = (): Tensor => predictor.input(prediction.image);
      const gradients = await inkGradients(predictor.model, input, targets);
      showSnapshot({ prediction, classes: predictor.classes, targets, gradients });
    } catch (error) {
      if (app.predictor.value === predictor) app.showError(error); // a replaced predictor is disposed of and may fail
    }
  });
  app.predictor.subscribe(task.request);
  app.prediction.subscribe(task.request);
  onPaletteChange(() => showSnapshot(snapshot));
  return { show: task.resume, hide: task.pause };
}

/** Compares `selected` with the top class; without `selected`, the second class. Compares the top class with the second. */
function chooseTargets(top: number, second: number, selected: number | null): GradientTargets {
  const target = selected ?? second;
  return { top, target, reference: target === top ? second : top };
}

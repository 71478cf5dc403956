// The switch next to the prediction, between the original and the fine-tuned model, and the page's only fine-tuner.
// Loaded after the first prediction, because there may be a fine-tuned model to restore.

import type { App } from '../app.js';
import type { Predictor } from '../prediction/predictor.js';
import { element } from '../ui/dom.js';
import { browserStore } from './correctionStore.js';
import { runLessonInWorker } from './lessonClient.js';
import { FineTuner } from './fineTuner.js';
import { mountModelNotice, type ModelNoticeHosts } from './modelNotice.js';
import './modelSwitch.css';

let starting: Promise<FineTuner> | undefined;

/** The page's only fine-tuner; the first call starts it. */
export function fineTunerOf(app: App): Promise<FineTuner> {
  starting ??= FineTuner.start({ app, store: browserStore, runLesson: runLessonInWorker });
  return starting;
}

/**
 * Restores the fine-tuned model of an earlier visit, and mounts the switch and the name of the model in use.
 *
 * @param bundled the page's own model; null if it could not be loaded
 */
export async function restoreFineTuned(
  hosts: ModelNoticeHosts,
  app: App,
  bundled: Predictor | null,
): Promise<void> {
  const fineTuner = await fineTunerOf(app);
  mountModelNotice(hosts, app, fineTuner, bundled);
  mountSwitch(hosts.mark, fineTuner);
}

/** Mounts the switch in `host`; it is removed while there is no fine-tuned model. */
function mountSwitch(host: HTMLElement, fineTuner: FineTuner): void {
  const text = element('span');
  const switchButton = element('button', { type: 'button', className: 'plain' });
  switchButton.addEventListener('click', () =>
    fineTuner.useFineTuned(!fineTuner.state.value.usesFineTuned),
  );
  const row = element('p', { className: 'mark' }, text, switchButton);
  fineTuner.state.subscribe(({ fineTuned, usesFineTuned, restored }) => {
    if (fineTuned === null) {
      row.remove();
      return;
    }
    const { size } = fineTuned.comparisons;
    const correctionCount = `${size} ${size === 1 ? 'correction' : 'corrections'}`;
    const origin = restored ? ' from an earlier visit' : '';
    text.textContent = usesFineTuned
      ? `Using ${correctionCount}${origin}`
      : 'Using the network without your corrections';
    switchButton.textContent = usesFineTuned ? 'Use the original' : 'Use my corrections';
    row.classList.toggle('original', !usesFineTuned);
    if (row.parentElement === null) host.append(row);
  });
}

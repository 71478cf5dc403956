// The Teach panel: a form that corrects a prediction, the results of the corrections, and buttons for files.

import type { App, Panel } from '../app.js';
import { element } from '../ui/dom.js';
import { mountFileButtons } from './correctionFiles.js';
import { makeCorrectionForm } from './correctionForm.js';
import { drawBeforeAfter, drawCorrections } from './correctionResults.js';
import type { Correction } from './corrections.js';
import { fineTunerOf } from './modelSwitch.js';
import type { FineTuner, FineTunerState } from './fineTuner.js';
import './teaching.css';

const LEAD =
  'Draw something it gets wrong, then give the right answer. Its hidden layer retrains here, on your device.';

/** Mounts the panel in `host`. */
export function mount(host: HTMLElement, app: App): Panel {
  host.append(element('p', { className: 'teach-lead' }, LEAD));
  fineTunerOf(app).then(
    (fineTuner) => mountContents(host, app, fineTuner),
    (error: unknown) => app.showError(error),
  );
  return { show: () => undefined, hide: () => undefined }; // a lesson continues while another tab is open
}

function mountContents(host: HTMLElement, app: App, fineTuner: FineTuner): void {
  const beforeAfter = element('div', { className: 'change' });
  const list = element('div');
  const heading = element('h3', { tabIndex: -1 }, 'Your corrections');
  const emptyNote = element(
    'p',
    { className: 'soft' },
    'None yet. Load corrections if you have saved some.',
  );
  const section = element('section', { className: 'correction-list' }, heading, emptyNote, list);
  host.append(
    element('div', { className: 'teaching' }, makeCorrectionForm(app, fineTuner), beforeAfter),
    section,
  );
  mountFileButtons(section, app, fineTuner);

  /** The selected correction; null selects the newest. */
  let selected: Correction | null = null;
  let lastState: FineTunerState | null = null;
  const draw = (state: FineTunerState): void => {
    const trained = [...(state.fineTuned?.comparisons.keys() ?? [])];
    if (selected === null || !trained.includes(selected)) selected = trained.at(-1) ?? null;
    const classes = fineTuner.original?.classes ?? [];
    emptyNote.hidden = state.corrections.length > 0;
    beforeAfter.replaceChildren(drawBeforeAfter(state.fineTuned, selected));
    redrawWithFocus(list, heading, () =>
      list.replaceChildren(drawCorrections(state, classes, selected, actions)),
    );
  };
  const actions = {
    onSelect: (correction: Correction) => {
      selected = correction;
      draw(fineTuner.state.value);
    },
    onRemove: (correction: Correction) => void fineTuner.remove(correction),
  };
  fineTuner.state.subscribe((state) => {
    // Do not redraw for progress, which the form shows: it would take the focus away.
    const unchanged =
      lastState?.corrections === state.corrections && lastState.fineTuned === state.fineTuned;
    if (lastState?.fineTuned !== state.fineTuned) selected = null;
    lastState = state;
    if (!unchanged) draw(state);
  });
}

/** Redraws the list and restores the focus: to the button at the same position, or to `heading` if none is left. */
function redrawWithFocus(list: HTMLElement, heading: HTMLElement, draw: () => void): void {
  const buttons = (): HTMLButtonElement[] => [...list.querySelectorAll('button')];
  const index = buttons().findIndex((button) => button === document.activeElement);
  draw();
  if (index < 0) return;
  const next = buttons()[Math.min(index, buttons().length - 1)] as HTMLButtonElement | undefined;
  (next ?? heading).focus();
}

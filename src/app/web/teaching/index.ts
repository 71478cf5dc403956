// The Teach panel: a form that corrects a prediction, the results of the corrections, and buttons for files.

import type { App, Panel } from '../app.js';
import { element } from '../ui/dom.js';
import { mountFileButtons } from './correctionFiles.js';
import { makeCorrectionForm } from './correctionForm.js';
import { drawChange, drawCorrections } from './correctionResults.js';
import type { Correction } from './corrections.js';
import { teacherOf } from './modelSwitch.js';
import type { Teacher, TeacherState } from './teacher.js';
import './teaching.css';

const LEAD =
  'Draw something that is read wrong and say what it is: the network’s last two layers learn it, here on your device. ' +
  'Nothing you draw or teach is sent anywhere.';

/** Mounts the panel in `host`. */
export function mount(host: HTMLElement, app: App): Panel {
  host.append(element('p', { className: 'lead' }, LEAD));
  teacherOf(app).then(
    (teacher) => fill(host, app, teacher),
    (error: unknown) => app.fail(error),
  );
  return { show: () => undefined, hide: () => undefined }; // a lesson continues while another tab is open
}

function fill(host: HTMLElement, app: App, teacher: Teacher): void {
  const change = element('div', { className: 'change' });
  const list = element('div');
  const heading = element('h3', { tabIndex: -1 }, 'What you taught');
  const nothing = element(
    'p',
    { className: 'soft' },
    'Nothing yet. If you saved corrections before, load them.',
  );
  const taught = element('section', { className: 'correction-list' }, heading, nothing, list);
  host.append(
    element('div', { className: 'teaching' }, makeCorrectionForm(app, teacher), change),
    taught,
  );
  mountFileButtons(taught, app, teacher);

  /** The selected correction; null selects the newest. */
  let chosen: Correction | null = null;
  let last: TeacherState | null = null;
  const draw = (state: TeacherState): void => {
    const learned = [...(state.taught?.comparisons.keys() ?? [])];
    if (chosen === null || !learned.includes(chosen)) chosen = learned.at(-1) ?? null;
    const known = teacher.original?.classes ?? [];
    nothing.hidden = state.corrections.length > 0;
    change.replaceChildren(drawChange(state.taught, chosen));
    redrawWithFocus(list, heading, () =>
      list.replaceChildren(drawCorrections(state, known, chosen, actions)),
    );
  };
  const actions = {
    look: (correction: Correction) => {
      chosen = correction;
      draw(teacher.state.value);
    },
    remove: (correction: Correction) => void teacher.remove(correction),
  };
  teacher.state.subscribe((state) => {
    // Do not redraw for progress, which the form shows: it would take the focus away.
    const same = last?.corrections === state.corrections && last.taught === state.taught;
    if (last?.taught !== state.taught) chosen = null;
    last = state;
    if (!same) draw(state);
  });
}

/** Redraws the list and restores the focus: to the button at the same position, or to `heading` if none is left. */
function redrawWithFocus(list: HTMLElement, heading: HTMLElement, draw: () => void): void {
  const buttons = (): HTMLButtonElement[] => [...list.querySelectorAll('button')];
  const at = buttons().findIndex((button) => button === document.activeElement);
  draw();
  if (at < 0) return;
  const next = buttons()[Math.min(at, buttons().length - 1)] as HTMLButtonElement | undefined;
  (next ?? heading).focus();
}

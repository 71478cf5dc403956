// The panel "Teach": say what the drawing is, watch it being learned, see what that changed, keep it or forget it. Imports the
// teacher and the views beside it.

import type { App, Panel } from '../app.js';
import { element } from '../ui/dom.js';
import { drawChange } from './change.js';
import { makeLesson } from './lessonForm.js';
import { drawCorrections } from './list.js';
import { mountKeeping } from './keeping.js';
import type { Correction } from './corrections.js';
import { teacherOf } from './start.js';
import type { Teacher } from './teacher.js';
import type { TeacherState } from './taught.js';
import './teaching.css';

const LEAD =
  'Draw something that is read wrong and say what it is: the network’s last two layers learn it, here on your device. ' +
  'Nothing you draw or teach is sent anywhere.';

/** Puts the panel into `host`. */
export function mount(host: HTMLElement, app: App): Panel {
  host.append(element('p', { className: 'lead' }, LEAD));
  teacherOf(app).then(
    (teacher) => fill(host, app, teacher),
    (error: unknown) => app.fail(error),
  );
  return { show: () => undefined, hide: () => undefined }; // it works when asked to, and then to the end
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
  const taught = element('section', { className: 'taught' }, heading, nothing, list);
  host.append(element('div', { className: 'teaching' }, makeLesson(app, teacher), change), taught);
  mountKeeping(taught, app, teacher);

  /** What the visitor looks at; null is the newest. */
  let chosen: Correction | null = null;
  let last: TeacherState | null = null;
  const draw = (state: TeacherState): void => {
    const learned = [...(state.taught?.comparisons.keys() ?? [])];
    if (chosen === null || !learned.includes(chosen)) chosen = learned.at(-1) ?? null;
    const known = teacher.original?.classes ?? [];
    nothing.hidden = state.corrections.length > 0;
    change.replaceChildren(drawChange(state.taught, chosen));
    keepingFocus(list, heading, () => list.replaceChildren(drawCorrections(state, known, chosen, actions)));
  };
  const actions = {
    look: (correction: Correction) => {
      chosen = correction;
      draw(teacher.state.value);
    },
    remove: (correction: Correction) => void teacher.remove(correction),
  };
  teacher.state.subscribe((state) => {
    // Progress is told elsewhere; drawing all of this anew for it would take the focus away.
    const same = last?.corrections === state.corrections && last.taught === state.taught;
    if (last?.taught !== state.taught) chosen = null;
    last = state;
    if (!same) draw(state);
  });
}

/** Draws anew; the button that had the focus gives it to the one in its place, the last one to what stands above. */
function keepingFocus(list: HTMLElement, above: HTMLElement, draw: () => void): void {
  const buttons = (): HTMLButtonElement[] => [...list.querySelectorAll('button')];
  const at = buttons().findIndex((button) => button === document.activeElement);
  draw();
  if (at < 0) return;
  const next = buttons()[Math.min(at, buttons().length - 1)] as HTMLButtonElement | undefined;
  (next ?? above).focus();
}

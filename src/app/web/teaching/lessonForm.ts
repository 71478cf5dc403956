// The form of a lesson: the drawing, what it is read as, what it really is, and how the learning goes. Imports the picker and the
// helper for elements.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import type { App } from '../app.js';
import { element } from '../ui/dom.js';
import { paint } from '../ui/pixels.js';
import type { TeacherState } from './taught.js';
import { makePicker } from './picker.js';
import type { Teacher } from './teacher.js';

/** Makes the form, which follows the drawing, the reading and the teacher. */
export function makeLesson(app: App, teacher: Teacher): HTMLElement {
  const seen = element('canvas', { className: 'pixels', width: IMAGE_SIDE, height: IMAGE_SIDE });
  seen.ariaHidden = 'true';
  const read = element('p', { className: 'read' });
  const present = element('div', { className: 'present' }, seen, read);
  const teach = element('button', { type: 'submit', className: 'primary' });
  const bar = element('progress', { max: 1, ariaLabel: 'Progress of the lesson' });
  const stage = element('p', { className: 'stage', role: 'status' });
  const cancel = element('button', { type: 'button' }, 'Cancel');
  const again = element('button', { type: 'button' }, 'Teach what is not learned yet');
  const running = element('div', { className: 'running' }, bar, cancel);

  const refresh = (): void => {
    const { empty } = app.drawing.value;
    const { progress } = teacher.state.value;
    const { chosen } = picker;
    teach.disabled = empty || chosen === null || progress !== null;
    teach.textContent = chosen === null ? 'Teach it' : `Teach it: this is ${chosen}`;
    running.hidden = progress === null;
    again.hidden = progress !== null || !isBehind(teacher.state.value, teacher);
    if (progress === null || progress === 'starting') bar.removeAttribute('value');
    else bar.value = progress.step / progress.most;
    const text = stageOf(progress, teacher.teachable().length);
    if (stage.textContent !== text) stage.textContent = text; // told anew only when it is new
  };
  const picker = makePicker(refresh);
  const form = element(
    'form',
    { className: 'lesson', ariaLabel: 'Teach' },
    present,
    picker.element,
    element('div', { className: 'act' }, teach, again, running, stage),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (picker.chosen !== null && !teach.disabled) void teacher.correct(picker.chosen);
  });
  cancel.addEventListener('click', () => teacher.cancel());
  again.addEventListener('click', () => void teacher.again());

  app.reader.subscribe((reader) => {
    if (reader !== null) picker.offer(reader.classes);
  });
  app.drawing.subscribe(({ image, empty }) => {
    paint(seen, image);
    present.classList.toggle('nothing', empty);
    if (empty) picker.clear(); // what comes next is another drawing
    refresh();
  });
  app.reading.subscribe((reading) => {
    read.textContent =
      reading === null ? 'Draw a character above.' : `It is read as ${reading.ranked[0].label}.`;
  });
  teacher.state.subscribe(refresh);
  return form;
}

/** Whether there is something to learn that the taught model has not, or something that it has learned and was taken back. */
function isBehind({ taught }: TeacherState, teacher: Teacher): boolean {
  const wanted = teacher.teachable();
  const learned = taught?.comparisons;
  return wanted.length !== (learned?.size ?? 0) || wanted.some((correction) => !learned?.has(correction));
}

function stageOf(progress: TeacherState['progress'], count: number): string {
  if (progress === null) return '';
  if (progress === 'starting') return 'Drawing characters to rehearse, so that nothing is forgotten …';
  return `Learning: ${progress.learned} of ${count} ${count === 1 ? 'correction' : 'corrections'} right`;
}

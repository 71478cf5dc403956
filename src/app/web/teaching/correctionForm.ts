// The form that corrects a prediction: the drawing, its prediction, a picker for the right character, and the lesson's progress.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import type { App } from '../app.js';
import { element } from '../ui/dom.js';
import { paint } from '../ui/pixels.js';
import type { Teacher, TeacherState } from './teacher.js';

/** Makes the form. It updates with the drawing, the prediction and the fine-tuner's state. */
export function makeCorrectionForm(app: App, teacher: Teacher): HTMLElement {
  const seen = element('canvas', { className: 'pixels', width: IMAGE_SIDE, height: IMAGE_SIDE });
  seen.ariaHidden = 'true';
  const read = element('p', { className: 'predicted' });
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
    again.hidden = progress !== null || !isOutOfDate(teacher.state.value, teacher);
    if (progress === null || progress === 'starting') bar.removeAttribute('value');
    else bar.value = progress.step / progress.most;
    const text = stageOf(progress, teacher.teachable().length);
    if (stage.textContent !== text) stage.textContent = text; // a screen reader announces every change of a live region
  };
  const picker = makePicker(refresh);
  const form = element(
    'form',
    { className: 'lesson', ariaLabel: 'Teach' },
    present,
    picker.element,
    element('div', { className: 'actions' }, teach, again, running, stage),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (picker.chosen !== null && !teach.disabled) void teacher.correct(picker.chosen);
  });
  cancel.addEventListener('click', () => teacher.cancel());
  again.addEventListener('click', () => void teacher.again());

  app.reader.subscribe((reader) => {
    if (reader !== null) picker.setClasses(reader.classes);
  });
  app.drawing.subscribe(({ image, empty }) => {
    paint(seen, image);
    present.classList.toggle('blank', empty);
    if (empty) picker.clear(); // the next strokes are a new drawing
    refresh();
  });
  app.reading.subscribe((reading) => {
    read.textContent =
      reading === null ? 'Draw a character above.' : `It is read as ${reading.ranked[0].label}.`;
  });
  teacher.state.subscribe(refresh);
  return form;
}

/** Whether the fine-tuned model was trained on other corrections than the current ones. */
function isOutOfDate({ taught }: TeacherState, teacher: Teacher): boolean {
  const current = teacher.teachable();
  const learned = taught?.comparisons;
  return (
    current.length !== (learned?.size ?? 0) ||
    current.some((correction) => !learned?.has(correction))
  );
}

function stageOf(progress: TeacherState['progress'], count: number): string {
  if (progress === null) return '';
  if (progress === 'starting')
    return 'Drawing characters to rehearse, so that nothing is forgotten …';
  return `Learning: ${progress.learned} of ${count} ${count === 1 ? 'correction' : 'corrections'} right`;
}

/** A list of characters to choose from. */
interface CharacterPicker {
  readonly element: HTMLElement;
  /** The chosen character, or null. */
  readonly chosen: string | null;
  /** Shows the classes of another model. The chosen character stays chosen if it is one of them. */
  setClasses(classes: readonly string[]): void;
  /** Clears the choice. */
  clear(): void;
}

/**
 * Makes the list from native radio buttons, so that keyboards and screen readers work. Typing a character chooses it.
 *
 * @param changed called after the choice has changed
 */
function makePicker(changed: () => void): CharacterPicker {
  const choices = element('div', { className: 'choices' });
  const box = element(
    'fieldset',
    { className: 'picker' },
    element('legend', {}, 'It is a …'),
    choices,
    element('p', { className: 'hint' }, 'Choose it, or type it here.'),
  );
  const radios = (): HTMLInputElement[] => [...choices.querySelectorAll('input')];
  const choose = (radio: HTMLInputElement): void => {
    radio.checked = true;
    radio.focus();
    changed();
  };
  box.addEventListener('change', changed);
  box.addEventListener('keydown', (event) => {
    const { key } = event;
    if (key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    const radio = radioFor(key, radios());
    if (radio === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // so that a letter typed here does not trigger a pad command
    choose(radio);
  });
  return {
    element: box,
    get chosen() {
      return radios().find(({ checked }) => checked)?.value ?? null;
    },
    setClasses: (classes) => {
      const before = radios();
      if (
        classes.length === before.length &&
        classes.every((name, at) => before[at].value === name)
      )
        return;
      const chosen = before.find(({ checked }) => checked)?.value;
      choices.replaceChildren(...classes.map((name) => makeChoice(name, name === chosen)));
      changed();
    },
    clear: () => {
      for (const radio of radios()) radio.checked = false;
      changed();
    },
  };
}

/** The radio button of a typed character; of its other case if the class merges both cases. */
function radioFor(key: string, radios: readonly HTMLInputElement[]): HTMLInputElement | undefined {
  const named = (name: string): HTMLInputElement | undefined =>
    radios.find(({ value }) => value === name);
  return named(key) ?? named(key.toUpperCase()) ?? named(key.toLowerCase());
}

function makeChoice(name: string, checked: boolean): HTMLElement {
  const radio = element('input', { type: 'radio', name: 'it-is', value: name, checked });
  return element('label', {}, radio, element('span', {}, name));
}

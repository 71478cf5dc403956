// The form that corrects a prediction: the drawing, its prediction, a picker for the right character, and the lesson's progress.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import type { App } from '../app.js';
import { element } from '../ui/dom.js';
import { percent } from '../prediction/verdict.js';
import { paintImage } from '../ui/pixels.js';
import type { FineTuner, FineTunerState } from './fineTuner.js';

/** Makes the form. It updates with the drawing, the prediction and the fine-tuner's state. */
export function makeCorrectionForm(app: App, fineTuner: FineTuner): HTMLElement {
  const inputCanvas = element('canvas', {
    className: 'pixels',
    width: IMAGE_SIDE,
    height: IMAGE_SIDE,
  });
  inputCanvas.ariaHidden = 'true';
  const predicted = element('p', { className: 'predicted' });
  const current = element('div', { className: 'drawing-to-correct' }, inputCanvas, predicted);
  const submit = element('button', { type: 'submit', className: 'primary' });
  const bar = element('progress', { max: 1, ariaLabel: 'Training progress' });
  const stageText = element('p', { className: 'correction-progress', role: 'status' });
  const cancel = element('button', { type: 'button' }, 'Cancel');
  const retrain = element('button', { type: 'button' }, 'Train on all corrections');
  const runningRow = element('div', { className: 'running' }, bar, cancel);

  const refresh = (): void => {
    const { empty } = app.drawing.value;
    const { progress } = fineTuner.state.value;
    const { chosen } = picker;
    submit.disabled = empty || chosen === null || progress !== null;
    submit.textContent = chosen === null ? 'Teach it' : `Teach it: this is ${chosen}`;
    runningRow.hidden = progress === null;
    retrain.hidden = progress !== null || !isOutOfDate(fineTuner.state.value, fineTuner);
    if (progress === null || progress === 'starting') bar.removeAttribute('value');
    else bar.value = progress.step / progress.maxSteps;
    const text = stageOf(progress, fineTuner.applicableCorrections().length);
    if (stageText.textContent !== text) stageText.textContent = text; // a screen reader announces every change of a live region
  };
  const picker = makePicker(refresh);
  const form = element(
    'form',
    { className: 'lesson', ariaLabel: 'Teach' },
    current,
    picker.element,
    element('div', { className: 'actions' }, submit, retrain, runningRow, stageText),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (picker.chosen !== null && !submit.disabled) void fineTuner.correct(picker.chosen);
  });
  cancel.addEventListener('click', () => fineTuner.cancel());
  retrain.addEventListener('click', () => void fineTuner.retrain());

  app.predictor.subscribe((predictor) => {
    if (predictor !== null) picker.setClasses(predictor.classes);
  });
  app.drawing.subscribe(({ image, empty }) => {
    paintImage(inputCanvas, image);
    current.classList.toggle('blank', empty);
    if (empty) picker.clear(); // the next strokes are a new drawing
    refresh();
  });
  app.prediction.subscribe((prediction) => {
    predicted.textContent =
      prediction === null
        ? 'Draw a character first.'
        : `Prediction: ${prediction.ranked[0].label} (${percent(prediction.ranked[0].probability)})`;
  });
  fineTuner.state.subscribe(refresh);
  return form;
}

/** Whether the fine-tuned model was trained on other corrections than the current ones. */
function isOutOfDate({ fineTuned }: FineTunerState, fineTuner: FineTuner): boolean {
  const current = fineTuner.applicableCorrections();
  const trained = fineTuned?.comparisons;
  return (
    current.length !== (trained?.size ?? 0) ||
    current.some((correction) => !trained?.has(correction))
  );
}

function stageOf(progress: FineTunerState['progress'], count: number): string {
  if (progress === null) return '';
  if (progress === 'starting') return 'Preparing practice examples so it remembers the rest …';
  return `Training: ${progress.learned} of ${count} ${count === 1 ? 'correction' : 'corrections'} learned`;
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
 * @param onChange called after the choice has changed
 */
function makePicker(onChange: () => void): CharacterPicker {
  const choices = element('div', { className: 'choices' });
  const box = element(
    'fieldset',
    { className: 'answer-picker' },
    element('legend', {}, 'The right answer'),
    choices,
    element('p', { className: 'hint' }, 'Pick the right character, or press its key.'),
  );
  const radios = (): HTMLInputElement[] => [...choices.querySelectorAll('input')];
  const choose = (radio: HTMLInputElement): void => {
    radio.checked = true;
    radio.focus();
    onChange();
  };
  box.addEventListener('change', onChange);
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
      const previous = radios();
      if (
        classes.length === previous.length &&
        classes.every((name, index) => previous[index].value === name)
      )
        return;
      const chosen = previous.find(({ checked }) => checked)?.value;
      choices.replaceChildren(...classes.map((name) => makeChoice(name, name === chosen)));
      onChange();
    },
    clear: () => {
      for (const radio of radios()) radio.checked = false;
      onChange();
    },
  };
}

/** The radio button of a typed character; of its other case if the class merges both cases. */
function radioFor(key: string, radios: readonly HTMLInputElement[]): HTMLInputElement | undefined {
  const radioWithValue = (name: string): HTMLInputElement | undefined =>
    radios.find(({ value }) => value === name);
  return (
    radioWithValue(key) ?? radioWithValue(key.toUpperCase()) ?? radioWithValue(key.toLowerCase())
  );
}

function makeChoice(name: string, checked: boolean): HTMLElement {
  const radio = element('input', { type: 'radio', name: 'it-is', value: name, checked });
  return element('label', {}, radio, element('span', {}, name));
}

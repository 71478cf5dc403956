// "It is a …": all characters that a model knows, to choose one by touch, arrow keys, or typing it. Native radio buttons, so that
// browsers and screen readers know what it is. Imports the helper for elements.

import { element } from '../ui/dom.js';

export interface Picker {
  readonly element: HTMLElement;
  /** The character that is chosen; null if none is. */
  readonly chosen: string | null;
  /** Offers the characters of another model; what is chosen stays if it is among them. */
  offer(classes: readonly string[]): void;
  /** Takes the choice back. */
  clear(): void;
}

/** @param changed called when another character is chosen, or none */
export function makePicker(changed: () => void): Picker {
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
    event.stopPropagation(); // a letter typed here is no command of the pad
    choose(radio);
  });
  return {
    element: box,
    get chosen() {
      return radios().find(({ checked }) => checked)?.value ?? null;
    },
    offer: (classes) => {
      const before = radios();
      if (classes.length === before.length && classes.every((name, at) => before[at].value === name)) return;
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

/** The one that is typed, or, where a class stands for both cases, the other case. */
function radioFor(key: string, radios: readonly HTMLInputElement[]): HTMLInputElement | undefined {
  const named = (name: string): HTMLInputElement | undefined => radios.find(({ value }) => value === name);
  return named(key) ?? named(key.toUpperCase()) ?? named(key.toLowerCase());
}

function makeChoice(name: string, checked: boolean): HTMLElement {
  const radio = element('input', { type: 'radio', name: 'it-is', value: name, checked });
  return element('label', {}, radio, element('span', {}, name));
}

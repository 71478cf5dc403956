// The choice of another character: buttons for the likeliest, a list of all, or a key.

import { element, setText } from '../ui/dom.js';
import { percent } from '../prediction/verdict.js';
import type { Ranked } from '../prediction/types.js';

/** Number of characters with a button. */
const BUTTONS = 5;

export class TargetChoice {
  readonly root: HTMLElement;
  readonly #buttons: readonly HTMLButtonElement[];
  readonly #all: HTMLSelectElement;
  #others: readonly Ranked[] = [];
  #listed: readonly string[] = [];

  /** @param onChoose called with a class index */
  constructor(onChoose: (index: number) => void) {
    this.#buttons = Array.from({ length: BUTTONS }, (_, rank) => {
      const button = element('button', { type: 'button' });
      button.addEventListener('click', () => onChoose(this.#others[rank].index));
      return button;
    });
    this.#all = element('select', { ariaLabel: 'All characters' });
    this.#all.addEventListener('change', () => {
      if (this.#all.value !== '') onChoose(Number(this.#all.value));
    });
    this.root = element(
      'div',
      { className: 'target-choice', role: 'group', ariaLabel: 'Turn it into' },
      ...this.#buttons,
      this.#all,
    );
    this.root.addEventListener('keydown', (event) => {
      if (event.target === this.#all || event.ctrlKey || event.metaKey || event.altKey) return;
      const chosen = this.#others.find(({ label }) => label === event.key);
      if (chosen === undefined) return;
      event.preventDefault();
      event.stopPropagation(); // so that a letter triggers no command of the pad
      onChoose(chosen.index);
    });
  }

  /**
   * Shows the characters.
   *
   * @param ranked every class, most probable first: the first is the prediction, the others can be chosen
   * @param target the chosen one
   */
  show(ranked: readonly Ranked[], target: number): void {
    this.#others = ranked.slice(1);
    this.#buttons.forEach((button, rank) => {
      const { label, probability, index } = this.#others[rank];
      setText(button, label);
      button.ariaLabel = `${label}, now ${percent(probability)}`;
      button.ariaPressed = String(index === target);
    });
    this.#list(this.#others.toSorted((a, b) => a.index - b.index));
    const hasButton = this.#others.slice(0, BUTTONS).some(({ index }) => index === target);
    this.#all.value = hasButton ? '' : String(target);
    this.#all.classList.toggle('chosen', !hasButton);
  }

  #list(others: readonly Ranked[]): void {
    const labels = others.map(({ label }) => label);
    if (labels.join(' ') === this.#listed.join(' ')) return;
    this.#listed = labels;
    const options = others.map(({ label, index }) =>
      element('option', { value: String(index) }, label),
    );
    this.#all.replaceChildren(element('option', { value: '' }, 'Other …'), ...options);
  }
}

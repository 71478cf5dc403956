// Shows the items of a list one after another: the current one is emphasized. Without stepping all are shown alike.

import { element, setText } from '../ui/dom.js';

export class Stepper {
  readonly root: HTMLElement;
  readonly #list: HTMLElement;
  readonly #start = element('button', { type: 'button' }, 'Step by step');
  readonly #back = element('button', { type: 'button' }, 'Back');
  readonly #next = element('button', { type: 'button' }, 'Next');
  readonly #position = element('span', { role: 'status' });
  /** Index of the current item; null without stepping. */
  #current: number | null = null;

  /** @param list whose children are the steps */
  constructor(list: HTMLElement) {
    this.#list = list;
    this.root = element(
      'div',
      { className: 'stepper' },
      this.#start,
      this.#back,
      this.#position,
      this.#next,
    );
    this.#start.addEventListener('click', () => this.#go(0));
    this.#back.addEventListener('click', () => this.#go((this.#current ?? 0) - 1));
    this.#next.addEventListener('click', () => this.#go((this.#current ?? 0) + 1));
    this.update();
  }

  /** Applies the position to new items. */
  update(): void {
    const items = [...this.#list.children];
    if (this.#current !== null) this.#current = Math.min(this.#current, items.length - 1);
    const current = this.#current;
    items.forEach((item, index) => item.classList.toggle('current', index === current));
    this.#list.classList.toggle('stepping', current !== null);
    this.#start.hidden = current !== null;
    this.#back.hidden = this.#next.hidden = this.#position.hidden = current === null;
    if (current === null) return;
    setText(this.#position, `Step ${current + 1} of ${items.length}`);
    setText(this.#back, current === 0 ? 'All steps' : 'Back');
    setText(this.#next, current === items.length - 1 ? 'All steps' : 'Next');
  }

  /** Beyond the ends, stepping ends. */
  #go(index: number): void {
    const hadFocus = this.root.contains(document.activeElement);
    this.#current = index < 0 || index >= this.#list.children.length ? null : index;
    this.update();
    if (hadFocus && this.#current === null) this.#start.focus();
    else if (hadFocus && this.#current === 0) this.#next.focus();
  }
}

// An ARIA listbox with one tab stop, for selecting one of many small items with mouse, touch or keyboard.
// Hovering, or moving the focus with the arrow keys, previews an item; a click, a tap, Enter or Space selects it.

import { element } from '../ui/dom.js';

export interface PickerOptions {
  /** Accessible name of the list. */
  readonly label: string;
  /** Accessible name of each item. */
  readonly names: readonly string[];
  /** Called with the previewed item, or null when the preview ends. */
  readonly point: (index: number | null) => void;
  readonly keep: (index: number) => void;
}

export class Picker {
  readonly root: HTMLElement;
  readonly items: readonly HTMLElement[];
  readonly #options: PickerOptions;
  #kept = -1;

  constructor(options: PickerOptions) {
    this.#options = options;
    this.root = element('div', { className: 'picker', role: 'listbox', ariaLabel: options.label });
    this.items = options.names.map((name, index) => {
      const item = element('div', {
        role: 'option',
        ariaLabel: name,
        tabIndex: index === 0 ? 0 : -1,
      });
      item.ariaSelected = 'false';
      item.dataset.index = String(index);
      return item;
    });
    this.root.append(...this.items);
    this.root.addEventListener('pointerover', (event) => {
      if (event.pointerType !== 'touch') options.point(this.#indexOf(event.target));
    });
    this.root.addEventListener('pointerleave', () => options.point(null));
    this.root.addEventListener('focusin', (event) => {
      const index = this.#indexOf(event.target);
      if (index === null) return;
      this.#makeTabStop(index);
      if (this.items[index].matches(':focus-visible')) options.point(index);
    });
    this.root.addEventListener('focusout', () => options.point(null));
    this.root.addEventListener('click', (event) => {
      const index = this.#indexOf(event.target);
      if (index !== null) options.keep(index);
    });
    this.root.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Marks the selected item. */
  mark(index: number | null): void {
    if (index === this.#kept) return;
    (this.items[this.#kept] as HTMLElement | undefined)?.setAttribute('aria-selected', 'false');
    this.#kept = index ?? -1;
    if (index === null) return;
    this.items[index].ariaSelected = 'true';
    if (!this.root.contains(document.activeElement)) this.#makeTabStop(index);
  }

  #indexOf(target: EventTarget | null): number | null {
    const item = target instanceof Element ? target.closest<HTMLElement>('[role=option]') : null;
    return item === null ? null : Number(item.dataset.index);
  }

  #makeTabStop(index: number): void {
    for (const item of this.root.querySelectorAll<HTMLElement>('[tabindex="0"]'))
      item.tabIndex = -1;
    this.items[index].tabIndex = 0;
  }

  #key(event: KeyboardEvent): void {
    const index = this.#indexOf(event.target);
    if (index === null || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#options.keep(index);
      return;
    }
    const row = this.#columns();
    const last = this.items.length - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      ArrowUp: index - row,
      ArrowDown: index + row,
      Home: 0,
      End: last,
    };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    const to = moves[event.key];
    if (to >= 0 && to <= last) this.items[to].focus();
  }

  /** Number of items in the first row. */
  #columns(): number {
    const top = this.items[0].offsetTop;
    const next = this.items.findIndex(({ offsetTop }) => offsetTop > top);
    return next < 0 ? this.items.length : next;
  }
}

/** A selected value and a previewed one, which takes precedence. */
export class Choice<T> {
  #kept: T | null = null;
  #pointed: T | null = null;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get kept(): T | null {
    return this.#kept;
  }

  get value(): T | null {
    return this.#pointed ?? this.#kept;
  }

  point(value: T | null): void {
    if (value === this.#pointed) return;
    this.#pointed = value;
    this.#changed();
  }

  keep(value: T | null): void {
    if (value === this.#kept) return;
    this.#kept = value;
    this.#changed();
  }
}

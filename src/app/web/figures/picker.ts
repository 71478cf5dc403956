// An ARIA listbox with one tab stop, for selecting one of many small items with mouse, touch or keyboard.
// Hovering, or moving the focus with the arrow keys, previews an item; a click, a tap, Enter or Space selects it.

import { element } from '../ui/dom.js';

export interface PickerOptions {
  /** Accessible name of the list. */
  readonly label: string;
  /** Accessible name of each item. */
  readonly names: readonly string[];
  /** Called with the previewed item, or null when the preview ends. */
  readonly preview: (index: number | null) => void;
  readonly select: (index: number) => void;
}

export class Picker {
  readonly root: HTMLElement;
  readonly items: readonly HTMLElement[];
  readonly #options: PickerOptions;
  #selected = -1;

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
      if (event.pointerType !== 'touch') options.preview(this.#indexOf(event.target));
    });
    this.root.addEventListener('pointerleave', () => options.preview(null));
    this.root.addEventListener('focusin', (event) => {
      const index = this.#indexOf(event.target);
      if (index === null) return;
      this.#makeTabStop(index);
      if (this.items[index].matches(':focus-visible')) options.preview(index);
    });
    this.root.addEventListener('focusout', () => options.preview(null));
    this.root.addEventListener('click', (event) => {
      const index = this.#indexOf(event.target);
      if (index !== null) options.select(index);
    });
    this.root.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** Marks the selected item. */
  setSelected(index: number | null): void {
    if (index === this.#selected) return;
    (this.items[this.#selected] as HTMLElement | undefined)?.setAttribute('aria-selected', 'false');
    this.#selected = index ?? -1;
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

  #onKey(event: KeyboardEvent): void {
    const index = this.#indexOf(event.target);
    if (index === null || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#options.select(index);
      return;
    }
    const columns = this.#columns();
    const last = this.items.length - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      ArrowUp: index - columns,
      ArrowDown: index + columns,
      Home: 0,
      End: last,
    };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    const target = moves[event.key];
    if (target >= 0 && target <= last) this.items[target].focus();
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
  #selected: T | null = null;
  #previewed: T | null = null;
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get selected(): T | null {
    return this.#selected;
  }

  get value(): T | null {
    return this.#previewed ?? this.#selected;
  }

  preview(value: T | null): void {
    if (value === this.#previewed) return;
    this.#previewed = value;
    this.#onChange();
  }

  select(value: T | null): void {
    if (value === this.#selected) return;
    this.#selected = value;
    this.#onChange();
  }
}

// The tour of the page: a card that explains one part after the other, highlights it and operates it. The page stays usable.
// Keyboard: the card takes the focus at every step, Escape ends the tour, and the focus returns to the button that started it.

import { element } from '../ui/dom.js';
import { bestCorner } from './placement.js';
import { STEP_SECONDS, STEPS, type Step } from './steps.js';
import './tour.css';

/** Ends the tour that is open; null if there is none. */
let endOpenTour: (() => void) | null = null;

/**
 * Starts the tour.
 *
 * @param starter gets the focus when the tour ends
 */
export function startTour(starter: HTMLElement): void {
  endOpenTour?.();
  const steps = STEPS.filter(({ target }) => document.querySelector(target) !== null);
  if (steps.length > 0) new Tour(steps, starter).show(0);
}

class Tour {
  readonly #steps: readonly Step[];
  readonly #starter: HTMLElement;
  readonly #title = element('h2', { id: 'tour-title' });
  readonly #text = element('p', { id: 'tour-text' });
  readonly #progress = element('p', { className: 'tour-progress' });
  readonly #back = element('button', { type: 'button' }, 'Back');
  readonly #next = element('button', { type: 'button', className: 'primary' }, 'Next');
  readonly #play = element('button', { type: 'button', className: 'plain' }, 'Play');
  readonly #close = element(
    'button',
    { type: 'button', className: 'plain tour-close', ariaLabel: 'Close the tour' },
    '×',
  );
  readonly #card: HTMLElement;
  #index = 0;
  #highlighted: Element | null = null;
  /** Timer of the next step while the tour plays; 0 if it does not. */
  #timer = 0;

  constructor(steps: readonly Step[], starter: HTMLElement) {
    this.#steps = steps;
    this.#starter = starter;
    this.#card = element(
      'div',
      { className: 'tour', role: 'dialog', tabIndex: -1 },
      this.#progress,
      this.#close,
      this.#title,
      this.#text,
      element('div', { className: 'tour-buttons' }, this.#back, this.#next, this.#play),
    );
    this.#card.setAttribute('aria-labelledby', this.#title.id);
    this.#card.setAttribute('aria-describedby', this.#text.id);
    this.#back.addEventListener('click', () => this.show(this.#index - 1));
    this.#next.addEventListener('click', () => this.#advance());
    this.#play.addEventListener('click', () => this.#setPlaying(this.#timer === 0));
    this.#close.addEventListener('click', this.#end);
    // In the capture phase, before the pad, which Escape would empty.
    window.addEventListener('keydown', this.#onKey, { capture: true });
    window.addEventListener('resize', this.#place);
    document.body.append(this.#card);
    endOpenTour = this.#end;
  }

  /** Shows a step: operates the page, highlights the part, and explains it. */
  show(index: number): void {
    this.#index = index;
    const step = this.#steps[index];
    for (const selector of step.clicks ?? [])
      document.querySelector<HTMLElement>(selector)?.click();
    this.#highlighted?.classList.remove('tour-target');
    this.#highlighted = document.querySelector(step.target);
    this.#highlighted?.classList.add('tour-target');
    window.scrollTo({ top: 0 }); // the tour is started at the end of the page
    this.#highlighted?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    this.#title.textContent = step.title;
    this.#text.textContent = step.text;
    this.#progress.textContent = `Step ${index + 1} of ${this.#steps.length}`;
    this.#back.disabled = index === 0;
    this.#next.textContent = index === this.#steps.length - 1 ? 'Done' : 'Next';
    this.#place();
    this.#card.focus({ preventScroll: true });
    if (this.#timer !== 0) this.#setPlaying(true);
  }

  #advance(): void {
    if (this.#index === this.#steps.length - 1) this.#end();
    else this.show(this.#index + 1);
  }

  /** Starts or stops the timer of the next step. */
  #setPlaying(playing: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = playing ? window.setTimeout(() => this.#advance(), 1000 * STEP_SECONDS) : 0;
    this.#play.textContent = playing ? 'Pause' : 'Play';
  }

  readonly #place = (): void => {
    const target = this.#highlighted?.getBoundingClientRect();
    if (target === undefined) return;
    const { offsetWidth: width, offsetHeight: height } = this.#card;
    this.#card.dataset.corner = bestCorner(
      target,
      { width, height },
      { width: window.innerWidth, height: window.innerHeight },
    );
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    this.#end();
  };

  readonly #end = (): void => {
    clearTimeout(this.#timer);
    window.removeEventListener('keydown', this.#onKey, { capture: true });
    window.removeEventListener('resize', this.#place);
    this.#highlighted?.classList.remove('tour-target');
    this.#card.remove();
    endOpenTour = null;
    this.#starter.focus();
  };
}

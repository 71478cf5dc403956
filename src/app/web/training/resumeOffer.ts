// The offer to resume the run that ended with an earlier visit, a crash or Stop.

import { element } from '../ui/dom.js';
import { browserRunStore, interruptedRun, type StoredRun } from './runStore.js';

export interface ResumeEvents {
  readonly onResume: (run: StoredRun) => void;
  readonly onDiscarded: () => void;
  readonly onError: (error: unknown) => void;
}

export class ResumeOffer {
  readonly element: HTMLElement;
  readonly #text = element('p');
  readonly #resume = element('button', { type: 'button' });
  #run: StoredRun | null = null;
  #enabled = true;

  constructor({ onResume, onDiscarded, onError }: ResumeEvents) {
    const discard = element('button', { type: 'button', className: 'plain' }, 'Discard');
    this.#resume.addEventListener('click', () => {
      if (this.#run !== null) onResume(this.#run);
    });
    discard.addEventListener('click', () => {
      this.#run = null;
      this.#show();
      browserRunStore.delete().then(onDiscarded, onError);
    });
    this.element = element(
      'section',
      { className: 'resume-offer', ariaLabel: 'Interrupted training', hidden: true },
      this.#text,
      element('div', { className: 'run-buttons' }, this.#resume, discard),
    );
  }

  /** Disabled during a run. */
  set enabled(enabled: boolean) {
    this.#enabled = enabled;
    this.#show();
  }

  /** Looks for a run. A browser without storage has none. */
  async update(): Promise<void> {
    this.#run = await interruptedRun().catch(() => null);
    this.#show();
  }

  #show(): void {
    this.element.hidden = this.#run === null || !this.#enabled;
    if (this.#run === null) return;
    this.#text.textContent =
      'This training was interrupted. It continues where it stopped, with the same result. Starting another one replaces it.';
    this.#resume.textContent = resumeText(this.#run, new Date());
  }
}

/** `Resume the training of 12:03 (epoch 3 of 10)`; with the date if it is of another day. */
export function resumeText(
  { startedAt, epoch, settings }: Pick<StoredRun, 'startedAt' | 'epoch' | 'settings'>,
  now: Date,
): string {
  const started = new Date(startedAt);
  const time = started.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const isToday = started.toDateString() === now.toDateString();
  const date = started.toLocaleDateString('en', { day: 'numeric', month: 'long' });
  const current = Math.min(epoch + 1, settings.epochs);
  return `Resume the training of ${isToday ? '' : `${date}, `}${time} (epoch ${current} of ${settings.epochs})`;
}

// Messages to the visitor: visible error notices, and announcements for screen readers.

import { InkgradError } from '../../../engine/errors.js';
import { element } from './dom.js';

/** Debounce time of announcements, so that intermediate states of a stroke are not announced. */
const PAUSE = 700; // ms

/**
 * Makes the announcer for screen readers.
 *
 * @param region a polite live region (`role="status"`)
 * @returns a function that announces a sentence after a pause; a later sentence replaces a pending one
 */
export function makeVoice(region: HTMLElement): (text: string) => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      region.textContent = text;
    }, PAUSE);
  };
}

/** The text of an error for the visitor. Errors of this project include the fix; of others there is only the message. */
export function reasonOf(error: unknown): string {
  if (error instanceof InkgradError) return sentence(error.message);
  if (error instanceof Error && error.message !== '')
    return `Something went wrong: ${sentence(error.message)}`;
  return `Something went wrong: ${sentence(String(error))}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/**
 * Shows errors, newest last; the same message is shown once.
 *
 * @param list the container of the notices; each notice has `role="alert"`
 */
export function makeNotices(list: HTMLElement): (error: unknown) => void {
  const shown = new Map<string, HTMLElement>();
  return (error) => {
    console.warn(error); // for the stack trace
    const reason = reasonOf(error);
    if (shown.has(reason)) return;
    const close = element(
      'button',
      { type: 'button', className: 'plain', ariaLabel: 'Dismiss' },
      '×',
    );
    const notice = element(
      'div',
      { className: 'notice', role: 'alert' },
      element('p', {}, reason),
      close,
    );
    close.addEventListener('click', () => {
      shown.delete(reason);
      notice.remove();
    });
    shown.set(reason, notice);
    list.append(notice);
  };
}

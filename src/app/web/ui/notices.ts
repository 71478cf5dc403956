// Messages to the visitor: visible error notices, and announcements for screen readers.

import { InkgradError } from '../../../engine/errors.js';
import { element } from './dom.js';

/** Debounce time of announcements, so that intermediate states of a stroke are not announced. */
const DEBOUNCE = 700; // ms

/**
 * Makes the announcer for screen readers.
 *
 * @param region a polite live region (`role="status"`)
 * @returns a function that announces a sentence after a pause; a later sentence replaces a pending one
 */
export function makeAnnouncer(region: HTMLElement): (text: string) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      region.textContent = text;
    }, DEBOUNCE);
  };
}

/** The text of an error for the visitor. Errors of this project include the fix; of others there is only the message. */
export function errorText(error: unknown): string {
  if (error instanceof InkgradError) return withPeriod(error.message);
  if (error instanceof Error && error.message !== '')
    return `Something went wrong: ${withPeriod(error.message)}`;
  return `Something went wrong: ${withPeriod(String(error))}`;
}

function withPeriod(text: string): string {
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
    const reason = errorText(error);
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

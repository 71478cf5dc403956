// How the page speaks up: notices of what failed, with reason and fix, and a quiet voice for people who listen to the page.
// Imports the engine's errors and the helpers for elements.

import { InkgradError } from '../../../engine/errors.js';
import { element } from './dom.js';

/** So long nothing more must happen before it is told: nobody wants to hear every stage of a stroke. */
const PAUSE = 700; // ms

/**
 * The voice of the page.
 *
 * @param region a polite live region (`role="status"`)
 * @returns what tells a sentence once the page has been quiet for a moment; a later one takes its place
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

/** What a visitor reads of an error. Our own say what is wrong and what helps; of others the message is all there is. */
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
 * Shows failures, newest last; the same reason is shown once.
 *
 * @param list gets a notice each; a live region of its own (`role="alert"` on each notice)
 */
export function makeNotices(list: HTMLElement): (error: unknown) => void {
  const shown = new Map<string, HTMLElement>();
  return (error) => {
    console.warn(error); // for whoever looks for the stack
    const reason = reasonOf(error);
    if (shown.has(reason)) return;
    const close = element('button', { type: 'button', className: 'plain', ariaLabel: 'Dismiss' }, '×');
    const notice = element('div', { className: 'notice', role: 'alert' }, element('p', {}, reason), close);
    close.addEventListener('click', () => {
      shown.delete(reason);
      notice.remove();
    });
    shown.set(reason, notice);
    list.append(notice);
  };
}

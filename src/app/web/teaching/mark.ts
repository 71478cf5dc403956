// The mark beside the reading: that a taught model reads, or could, and the way from one to the other. Empty as long as nothing
// was taught. Imports the helper for elements and the teacher's type.

import { element } from '../ui/dom.js';
import type { Teacher } from './teacher.js';
import './mark.css';

/** Puts the mark into `host` and keeps it true. */
export function mountMark(host: HTMLElement, teacher: Teacher): void {
  const text = element('span');
  const change = element('button', { type: 'button', className: 'plain' });
  change.addEventListener('click', () => teacher.use(!teacher.state.value.inUse));
  const mark = element('p', { className: 'mark' }, text, change);
  teacher.state.subscribe(({ taught, inUse, restored }) => {
    if (taught === null) {
      mark.remove();
      return;
    }
    const { size } = taught.comparisons;
    const lessons = `${size} ${size === 1 ? 'correction' : 'corrections'}`;
    const since = restored ? ' on an earlier visit' : '';
    text.textContent = inUse ? `Taught by you${since}: ${lessons}` : 'Reads as it did before you taught it';
    change.textContent = inUse ? 'Use the original' : 'Use what you taught';
    mark.classList.toggle('original', !inUse);
    if (mark.parentElement === null) host.append(mark);
  });
}

// What the lesson changed: one drawing before and after, and that the rest is not forgotten. Imports the table beside it.

import type { ExamResult } from '../../correction/lesson.js';
import { element } from '../ui/dom.js';
import { drawComparison } from './comparison.js';
import type { Correction } from './corrections.js';
import type { Taught } from './taught.js';

/** Draws it for one of the corrections; before the first lesson it says what will be there. */
export function drawChange(taught: Taught | null, shown: Correction | null): HTMLElement {
  const comparison = shown === null ? undefined : taught?.comparisons.get(shown);
  const heading = element('h3', {}, 'Before and after');
  if (taught === null || shown === null || comparison === undefined) {
    const text =
      'After the lesson you see here how your drawing was read before, how it is read now, and whether anything else was forgotten.';
    return element('section', {}, heading, element('p', { className: 'soft' }, text));
  }
  return element('section', {}, heading, drawComparison(comparison, shown.label), ...examOf(taught.exam));
}

function examOf(exam: ExamResult | null): HTMLElement[] {
  if (exam === null) return [];
  const { count, before, after } = exam;
  const verdict =
    after >= before - 0.01 * count ? 'The rest is not forgotten.' : 'Some of the rest is forgotten.';
  const facts =
    `Of ${count} test characters that this page draws itself, ${before} were read right before the lesson ` +
    `and ${after} are now. They were not part of the lesson, and they are no one’s handwriting: yours may fare differently.`;
  return [element('p', { className: 'exam' }, element('strong', {}, verdict), ' ', facts)];
}

// The corrections as a list of pictures: what each is said to be, how it is read now, a button to look at it and one to take it
// back. Imports the helper for elements and types.

import { element } from '../ui/dom.js';
import { pixels } from './comparison.js';
import type { Correction } from './corrections.js';
import type { Comparison, TeacherState } from './taught.js';

export interface ListActions {
  /** Shows how a correction is read before and after. */
  readonly look: (correction: Correction) => void;
  readonly remove: (correction: Correction) => void;
}

/**
 * Draws the list, newest first.
 *
 * @param shown the correction that is looked at
 */
export function drawCorrections(
  { corrections, taught }: TeacherState,
  known: readonly string[],
  shown: Correction | null,
  { look, remove }: ListActions,
): HTMLElement {
  const items = corrections.toReversed().map((correction) => {
    const { label, image } = correction;
    const comparison = taught?.comparisons.get(correction);
    const [state, text] = stateOf(correction, comparison, known);
    const pick = element(
      'button',
      { type: 'button', className: 'look', disabled: comparison === undefined },
      pixels(image),
      element('span', { className: 'label' }, label),
      element('span', { className: `state ${state}` }, text),
    );
    pick.setAttribute('aria-pressed', String(correction === shown));
    pick.addEventListener('click', () => look(correction));
    const away = element(
      'button',
      { type: 'button', className: 'plain', ariaLabel: `Take back: ${label}` },
      '×',
    );
    away.addEventListener('click', () => remove(correction));
    return element('li', {}, pick, away);
  });
  return element('ul', { className: 'corrections', ariaLabel: 'Your corrections' }, ...items);
}

function stateOf(
  { label }: Correction,
  comparison: Comparison | undefined,
  known: readonly string[],
): readonly ['right' | 'wrong' | 'open', string] {
  if (!known.includes(label)) return ['open', 'unknown to this model'];
  if (comparison === undefined) return ['open', 'not learned yet'];
  const now = comparison.after.ranked[0].label;
  return now === label ? ['right', 'now read right'] : ['wrong', `still read as ${now}`];
}

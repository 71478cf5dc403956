// The results of corrections: a list with the state of each, and for the selected one a table of its predictions before and after.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import type { ExamResult } from '../../correction/lesson.js';
import type { Reading } from '../prediction/types.js';
import { percent } from '../prediction/verdict.js';
import { element } from '../ui/dom.js';
import { paint } from '../ui/pixels.js';
import type { Correction } from './corrections.js';
import type { Comparison, Taught, TeacherState } from './teacher.js';

/** Characters below this probability get no row: their bar would be empty. */
const MIN_PROBABILITY = 0.01;

/** Callbacks of the buttons in the list. */
export interface ListActions {
  /** Selects a correction for the before/after table. */
  readonly look: (correction: Correction) => void;
  readonly remove: (correction: Correction) => void;
}

/**
 * Draws the list of corrections, newest first, with the state of each.
 *
 * @param known classes of the loaded model
 * @param shown the selected correction
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
      { type: 'button', className: 'select', disabled: comparison === undefined },
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

/** Draws the before/after table of one correction and the result of the held-out check; a placeholder before the first lesson. */
export function drawChange(taught: Taught | null, shown: Correction | null): HTMLElement {
  const comparison = shown === null ? undefined : taught?.comparisons.get(shown);
  const heading = element('h3', {}, 'Before and after');
  if (taught === null || shown === null || comparison === undefined) {
    const text =
      'After the lesson you see here how your drawing was read before, how it is read now, and whether anything else was forgotten.';
    return element('section', {}, heading, element('p', { className: 'soft' }, text));
  }
  return element(
    'section',
    {},
    heading,
    drawComparison(comparison, shown.label),
    ...examOf(taught.exam),
  );
}

function examOf(exam: ExamResult | null): HTMLElement[] {
  if (exam === null) return [];
  const { count, before, after } = exam;
  const verdict =
    after >= before - 0.01 * count
      ? 'The rest is not forgotten.'
      : 'Some of the rest is forgotten.';
  const facts =
    `Of ${count} test characters that this page draws itself, ${before} were read right before the lesson ` +
    `and ${after} are now. They were not part of the lesson, and they are no one’s handwriting: yours may fare differently.`;
  return [
    element('p', { className: 'held-out-check' }, element('strong', {}, verdict), ' ', facts),
  ];
}

/** Draws a table with bars: the likeliest characters before and after, and the correction's `label`. */
function drawComparison({ before, after }: Comparison, label: string): HTMLElement {
  const characters = [...new Set([label, ...likely(after), ...likely(before)])];
  const share = (reading: Reading, character: string): number =>
    reading.ranked.find((ranked) => ranked.label === character)?.probability ?? 0;
  const rows = characters.map((character) => {
    const heading = element('th', { scope: 'row' }, character);
    const cells = [before, after].map((reading) => cellOf(share(reading, character)));
    return element('tr', { className: character === label ? 'target' : '' }, heading, ...cells);
  });
  const columns = ['Character', 'Before', 'After'].map((name) =>
    element('th', { scope: 'col' }, name),
  );
  return element(
    'table',
    { className: 'comparison' },
    element(
      'caption',
      {},
      element('div', {}, pixels(before.image), sentence(before, after, label)),
    ),
    element('thead', {}, element('tr', {}, ...columns)),
    element('tbody', {}, ...rows),
  );
}

/** The result of a correction as a sentence. */
function sentence(before: Reading, after: Reading, label: string): string {
  const [was, is] = [before.ranked[0].label, after.ranked[0].label];
  if (is !== label) return `It is still read as ${is}, not ${label}.`;
  return was === label
    ? `It is read as ${label}, as before.`
    : `It was read as ${was}, and is now read as ${label}.`;
}

/** An image as the network sees it. */
function pixels(image: Uint8Array): HTMLCanvasElement {
  const canvas = element('canvas', { className: 'pixels', width: IMAGE_SIDE, height: IMAGE_SIDE });
  canvas.ariaHidden = 'true'; // the text next to it describes it
  paint(canvas, image);
  return canvas;
}

/** At most three characters that a prediction considers likely. */
function likely({ ranked }: Reading): string[] {
  return ranked
    .slice(0, 3)
    .filter(({ probability }) => probability >= MIN_PROBABILITY)
    .map(({ label }) => label);
}

function cellOf(probability: number): HTMLElement {
  const fill = element('span', { className: 'fill' });
  fill.style.transform = `scaleX(${probability})`;
  const bar = element('span', { className: 'bar' }, fill);
  return element('td', {}, element('span', { className: 'share' }, percent(probability)), bar);
}

// The results of corrections: a list with the state of each, and for the selected one a table of its predictions before and after.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import type { HeldOutResult } from '../../correction/lesson.js';
import { percent } from '../prediction/verdict.js';
import { element } from '../ui/dom.js';
import { paintImage } from '../ui/pixels.js';
import type { Correction } from './corrections.js';
import {
  heldOutSentence,
  resultSentence,
  stateAfter,
  type CorrectionState,
  type Scores,
} from './correctionText.js';
import { EXAMPLE } from './exampleCorrection.js';
import type { Comparison, FineTunedModel, FineTunerState } from './fineTuner.js';

/** Characters below this probability get no row: their bar would be empty. */
const MIN_PROBABILITY = 0.01;

const EXAMPLE_NOTE =
  'Example, measured with this page’s model. Your own correction appears here after training.';

/** Callbacks of the buttons in the list. */
export interface ListActions {
  /** Selects a correction for the before/after table. */
  readonly onSelect: (correction: Correction) => void;
  readonly onRemove: (correction: Correction) => void;
}

/**
 * Draws the list of corrections, newest first, with the state of each.
 *
 * @param classes classes of the loaded model
 * @param selected the selected correction
 */
export function drawCorrections(
  { corrections, fineTuned }: FineTunerState,
  classes: readonly string[],
  selected: Correction | null,
  { onSelect, onRemove }: ListActions,
): HTMLElement {
  const items = corrections.toReversed().map((correction) => {
    const { label, image } = correction;
    const comparison = fineTuned?.comparisons.get(correction);
    const [state, text] = stateOf(correction, comparison, classes);
    const selectButton = element(
      'button',
      { type: 'button', className: 'select', disabled: comparison === undefined },
      drawImage(image),
      element('span', { className: 'label' }, label),
      element('span', { className: `state ${state}` }, text),
    );
    selectButton.setAttribute('aria-pressed', String(correction === selected));
    selectButton.addEventListener('click', () => onSelect(correction));
    const removeButton = element(
      'button',
      { type: 'button', className: 'plain', ariaLabel: `Remove: ${label}` },
      '×',
    );
    removeButton.addEventListener('click', () => onRemove(correction));
    return element('li', {}, selectButton, removeButton);
  });
  return element('ul', { className: 'corrections', ariaLabel: 'Your corrections' }, ...items);
}

function stateOf(
  { label }: Correction,
  comparison: Comparison | undefined,
  classes: readonly string[],
): readonly [CorrectionState, string] {
  if (!classes.includes(label)) return ['open', 'unknown to this model'];
  if (comparison === undefined) return ['open', 'not trained yet'];
  return stateAfter(comparison.after, label);
}

/** Draws the before/after table of one correction and the result of the held-out check; an example before the first lesson. */
export function drawBeforeAfter(
  fineTuned: FineTunedModel | null,
  selected: Correction | null,
): HTMLElement {
  const comparison = selected === null ? undefined : fineTuned?.comparisons.get(selected);
  const heading = element('h3', {}, 'Before and after');
  if (fineTuned === null || selected === null || comparison === undefined) {
    const note = element('p', { className: 'example-note' }, EXAMPLE_NOTE);
    return element('section', {}, heading, note, drawComparison(EXAMPLE, EXAMPLE.label));
  }
  return element(
    'section',
    {},
    heading,
    drawComparison(comparison, selected.label),
    ...drawEvaluation(fineTuned.evaluation),
  );
}

function drawEvaluation(evaluation: HeldOutResult | null): HTMLElement[] {
  if (evaluation === null) return [];
  const [summary, details] = heldOutSentence(evaluation);
  return [
    element('p', { className: 'held-out-check' }, element('strong', {}, summary), ' ', details),
  ];
}

/** Two predictions for an image. */
interface ShownComparison {
  readonly before: Scores & { readonly image: Uint8Array };
  readonly after: Scores;
}

/** Draws a table with bars: the likeliest characters before and after, and the correction's `label`. */
function drawComparison({ before, after }: ShownComparison, label: string): HTMLElement {
  const characters = [...new Set([label, ...likelyLabels(after), ...likelyLabels(before)])];
  const probabilityOf = (prediction: Scores, character: string): number =>
    prediction.ranked.find((ranked) => ranked.label === character)?.probability ?? 0;
  const rows = characters.map((character) => {
    const heading = element('th', { scope: 'row' }, character);
    const cells = [before, after].map((prediction) => cellOf(probabilityOf(prediction, character)));
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
      element('div', {}, drawImage(before.image), resultSentence(before, after, label)),
    ),
    element('thead', {}, element('tr', {}, ...columns)),
    element('tbody', {}, ...rows),
  );
}

/** An image as the network sees it. */
function drawImage(image: Uint8Array): HTMLCanvasElement {
  const canvas = element('canvas', { className: 'pixels', width: IMAGE_SIDE, height: IMAGE_SIDE });
  canvas.ariaHidden = 'true'; // the text next to it describes it
  paintImage(canvas, image);
  return canvas;
}

/** At most three characters that a prediction considers likely. */
function likelyLabels({ ranked }: Scores): string[] {
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

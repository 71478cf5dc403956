// How a drawing is read before and after the lesson: a table with bars, of the characters that either reading holds likely.
// Imports the helper for elements, and how probabilities are written.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import { element } from '../ui/dom.js';
import { paint } from '../ui/pixels.js';
import type { Reading } from '../prediction/types.js';
import { percent } from '../prediction/percent.js';
import type { Comparison } from './taught.js';

/** A bar for less would be empty. */
const WORTH_SHOWING = 0.01;

/**
 * Draws the table.
 *
 * @param label what the drawing is said to be
 */
export function drawComparison({ before, after }: Comparison, label: string): HTMLElement {
  const characters = [...new Set([label, ...likely(after), ...likely(before)])];
  const share = (reading: Reading, character: string): number =>
    reading.ranked.find((ranked) => ranked.label === character)?.probability ?? 0;
  const rows = characters.map((character) => {
    const heading = element('th', { scope: 'row' }, character);
    const cells = [before, after].map((reading) => cellOf(share(reading, character)));
    return element('tr', { className: character === label ? 'meant' : '' }, heading, ...cells);
  });
  const columns = ['Character', 'Before', 'After'].map((name) => element('th', { scope: 'col' }, name));
  return element(
    'table',
    { className: 'comparison' },
    element('caption', {}, element('div', {}, pixels(before.image), sentence(before, after, label))),
    element('thead', {}, element('tr', {}, ...columns)),
    element('tbody', {}, ...rows),
  );
}

/** What came of a correction, as a sentence. */
function sentence(before: Reading, after: Reading, label: string): string {
  const [was, is] = [before.ranked[0].label, after.ranked[0].label];
  if (is !== label) return `It is still read as ${is}, not ${label}.`;
  return was === label
    ? `It is read as ${label}, as before.`
    : `It was read as ${was}, and is now read as ${label}.`;
}

/** A drawing as the network sees it. */
export function pixels(image: Uint8Array): HTMLCanvasElement {
  const canvas = element('canvas', { className: 'pixels', width: IMAGE_SIDE, height: IMAGE_SIDE });
  canvas.ariaHidden = 'true'; // whoever shows it says in words what it is
  paint(canvas, image);
  return canvas;
}

/** At most three that a reading holds likely. */
function likely({ ranked }: Reading): string[] {
  return ranked
    .slice(0, 3)
    .filter(({ probability }) => probability >= WORTH_SHOWING)
    .map(({ label }) => label);
}

function cellOf(probability: number): HTMLElement {
  const fill = element('span', { className: 'fill' });
  fill.style.transform = `scaleX(${probability})`;
  const bar = element('span', { className: 'bar' }, fill);
  return element('td', {}, element('span', { className: 'share' }, percent(probability)), bar);
}

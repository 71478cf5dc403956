// A small square of numbers, colored by sign and size.

import { formatNumber } from '../figures/captionText.js';
import { element } from '../ui/dom.js';

/** @param values row by row, a square number of them */
export function numberGrid(name: string, values: readonly number[]): HTMLElement {
  const largest = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
  const cells = values.map((value) => {
    const cell = element('span', {}, formatNumber(value));
    cell.className = value < 0 ? 'negative' : 'positive';
    cell.style.setProperty('--strength', String(Math.abs(value) / largest));
    return cell;
  });
  const grid = element('span', { className: 'number-grid', role: 'img' }, ...cells);
  grid.style.setProperty('--side', String(Math.sqrt(values.length)));
  grid.ariaLabel = `${name}: ${values.map(formatNumber).join(', ')}`;
  return element('figure', {}, grid, element('figcaption', {}, name));
}

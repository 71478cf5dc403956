// The views of the benchmark page: device facts, and a table with one row per candidate.

import { isSoftwareGpu } from '../../device/device.js';
import type { Candidate, Measured } from './protocol.js';
import { NAMES, type Outcome } from './run.js';

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  content: string | readonly (Node | string)[] = [],
  className = '',
): HTMLElementTagNameMap[Name] {
  const node = document.createElement(name);
  node.append(...(typeof content === 'string' ? [content] : content));
  if (className !== '') node.className = className;
  return node;
}

/** 1234.5 -> `1,235`, 12.345 -> `12.3`: three significant digits. */
export function formatNumber(value: number): string {
  return value.toLocaleString(
    'en',
    value < 100 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 },
  );
}

/** Formats a duration in milliseconds, or in seconds if it is long. */
export function formatDuration(ms: number): string {
  return ms < 10_000 ? `${formatNumber(ms)} ms` : `${formatNumber(ms / 1000)} s`;
}

/** Facts as a description list. */
export function drawFacts(list: HTMLElement, facts: readonly (readonly [string, string])[]): void {
  list.replaceChildren(
    ...facts.flatMap(([term, value]) => [element('dt', term), element('dd', value)]),
  );
}

export type Row = Outcome | { readonly waiting: string };

const COLUMNS = [
  'Characters per second',
  'Step',
  'First step',
  'Compiling',
  'Launches',
  'Memory',
  'Loss',
];

/** Training throughput of a backend in images per second. */
export function imagesPerSecond({ batchSize, stepMs }: Measured): number {
  return (1000 * batchSize) / stepMs;
}

function numbers(measured: Measured): string[] {
  const { stepMs, firstStepMs, compileMs, launches, peakBytes, losses } = measured;
  return [
    formatNumber(imagesPerSecond(measured)),
    formatDuration(stepMs),
    formatDuration(firstStepMs),
    compileMs === null ? 'none' : formatDuration(compileMs),
    String(Math.round(launches)),
    `${formatNumber(peakBytes / 2 ** 20)} MB`,
    losses[2].toFixed(3),
  ];
}

/** One row per candidate; bars are relative to the fastest. */
export function drawResults(body: HTMLElement, rows: ReadonlyMap<Candidate, Row>): void {
  const fastest = Math.max(
    ...[...rows.values()].map((row) => ('steps' in row ? imagesPerSecond(row) : 0)),
  );
  body.replaceChildren(
    ...[...rows].map(([candidate, row]) => {
      const heading = element('th', NAMES[candidate]);
      heading.scope = 'row';
      if (!('steps' in row)) {
        const [text, className] = 'waiting' in row ? [row.waiting, 'soft'] : [row.reason, 'failed'];
        const cell = element('td', text, className);
        cell.colSpan = COLUMNS.length;
        return element('tr', [heading, cell]);
      }
      if (isSoftwareGpu(row.device)) heading.append(' ', element('span', 'software', 'badge'));
      heading.append(element('small', `${row.device.adapter}, batch of ${row.batchSize}`));
      const cells = numbers(row).map((content, index) => {
        const cell = element('td', [element('span', content)]);
        cell.dataset.label = COLUMNS[index];
        return cell;
      });
      const fill = element('span');
      fill.style.width = `${(100 * imagesPerSecond(row)) / fastest}%`;
      cells[0].append(element('span', [fill], 'bar'));
      return element('tr', [heading, ...cells]);
    }),
  );
}

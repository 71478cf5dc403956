// docs/reading-order.md: twelve stops, each with a question and one file; optional files grouped
// under the stop that they deepen.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const DOCUMENT = new URL('../../docs/reading-order.md', import.meta.url);
const text = readFileSync(DOCUMENT, 'utf8');

interface Stop {
  readonly number: number;
  readonly question: string;
  /** Path as the document shows it, and as it links it. */
  readonly path: string;
  readonly link: string;
}

/** The rows of the table of stops. */
function stopsIn(document: string): Stop[] {
  const rows = document.matchAll(/^\| (\d+) +\| (.*?) +\| \[`(.*?)`\]\((.*?)\) +\|$/gm);
  return Array.from(rows, ([, number, question, path, link]) => ({
    number: Number(number),
    question,
    path,
    link,
  }));
}

/** Mistakes in the stops: numbers, questions, links, files that are named twice. */
function mistakes(stops: readonly Stop[]): string[] {
  return stops.flatMap(({ number, question, path, link }, index) => [
    ...(number === index + 1 ? [] : [`stop ${number} is in row ${index + 1}`]),
    ...(/^[A-Z].*\?$/.test(question) ? [] : [`stop ${number} has no question`]),
    ...(link === `../${path}` && existsSync(new URL(link, DOCUMENT))
      ? []
      : [`${link} for ${path}`]),
    ...(stops.findIndex((stop) => stop.path === path) === index ? [] : [`${path} occurs twice`]),
  ]);
}

const stops = stopsIn(text);

describe('docs/reading-order.md', () => {
  it('has twelve stops, each with a question and a file', () => {
    expect(stops.length).toBe(12);
    expect(mistakes(stops)).toEqual([]);
  });

  it('states how many lines the stops have, within a twentieth', () => {
    const lines = stops.map(
      ({ link }) => readFileSync(new URL(link, DOCUMENT), 'utf8').split('\n').length - 1,
    );
    const stated = Number(/\(([\d,]+) lines\)/.exec(text)?.[1].replace(',', ''));
    const actual = lines.reduce((sum, count) => sum + count, 0);
    expect(Math.abs(stated - actual) / actual).toBeLessThan(0.05);
  });

  it('groups the optional files by stop, each named once', () => {
    const optional = text.slice(text.indexOf('## Optional'));
    const groups = Array.from(optional.matchAll(/^### (\d+)\. /gm), ([, number]) => Number(number));
    expect(groups).toEqual(stops.map(({ number }) => number));
    const links = Array.from(optional.matchAll(/\]\(([^)]*)\)/g), ([, link]) => link);
    expect(links.length).toBeGreaterThan(60);
    const repeated = links.filter(
      (link, index) => links.indexOf(link) < index || stops.some((stop) => stop.link === link),
    );
    expect(repeated).toEqual([]);
  });
});

it('a stop without a question, with a missing file, or out of order is reported', () => {
  const table = [
    '| 1    | Why is it so?  | [`src/gone.ts`](../src/gone.ts)                   |',
    '| 3    | What it does   | [`src/engine/op.ts`](../src/engine/op.ts)         |',
  ].join('\n');
  expect(mistakes(stopsIn(table))).toEqual([
    '../src/gone.ts for src/gone.ts',
    'stop 3 is in row 2',
    'stop 3 has no question',
  ]);
});

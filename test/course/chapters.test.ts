// Runs every chapter of the course, with fewer training steps where it allows that, and compares what
// its cells print with the chapter's text. `npm run test:long` runs them in full.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { onlyDefines } from '../../src/app/course/compileCell.js';
import { readCourse } from '../../src/app/course/courseFiles.js';
import { currentBackend, useBackend } from '../../src/engine/index.js';
import { runChapter, type CellResult } from '../../src/app/course/runChapter.js';

// The chapters select backends of their own.
const backend = currentBackend();
afterAll(() => useBackend(backend));

const FOLDER = new URL('../../docs/course/', import.meta.url);
const course = readCourse(FOLDER);
const chapters = course.map(({ chapter }) => chapter);
const isLong = process.env.INKGRAD_LONG === '1';

const MAX_CELL_LINES = 40;
/** Of a cell on the development machine, with room for a machine that is busy. */
const LIMIT = 600_000;

/** Text with every number replaced: what a cell prints that measures something. */
const withoutNumbers = (text: string): string =>
  text.replaceAll(/\d+(\.\d+)?/g, '#').replaceAll(/ +/g, ' ');

describe.each(course)('chapter $chapter.number, $chapter.title', ({ name, markdown, chapter }) => {
  it(
    'prints what its text states',
    async () => {
      const results: CellResult[] = [];
      await runChapter(chapter, chapters, { short: !isLong }, (result) => results.push(result));
      for (const { cell, output, figures, isShortened } of results) {
        expect(figures.length, `figures of cell ${cell.number}`).toBe(cell.figures.length);
        if (isShortened) {
          expect(output === '', `output of cell ${cell.number}`).toBe(cell.output === '');
        } else if (cell.isMeasured) {
          expect(withoutNumbers(output)).toBe(withoutNumbers(cell.output));
        } else expect(output, `output of cell ${cell.number}`).toBe(cell.output);
      }
      expect(results.length).toBeGreaterThan(0);
    },
    LIMIT,
  );

  it('has a question, a formula, a figure, an exercise with its solution, and three links into the source', () => {
    expect(name.startsWith(String(chapter.number).padStart(2, '0'))).toBe(true);
    expect(markdown.split('\n')[2]).toMatch(/^\*\*[^*]+\?\*\*$/);
    expect(markdown).toContain('$');
    expect(chapter.cells.flatMap(({ figures }) => figures).length).toBeGreaterThan(0);
    expect(markdown).toContain('\n## Exercise\n');
    expect(chapter.cells.some(({ isSolution }) => isSolution)).toBe(true);
    const [, sources = ''] = markdown.split('\n## In the source\n');
    expect([...sources.matchAll(/\]\(\.\.\/\.\.\/[\w./-]+\)/g)]).toHaveLength(3);
  });

  it('has cells of at most 40 lines, and definitions without other statements', () => {
    for (const { number, code, isDefinition } of chapter.cells) {
      expect(code.split('\n').length, `cell ${number}`).toBeLessThanOrEqual(MAX_CELL_LINES);
      if (isDefinition) expect(onlyDefines(code), `cell ${number}`).toBe(true);
    }
  });

  it('shows figures that exist and have a text alternative', () => {
    for (const { label, path } of chapter.cells.flatMap(({ figures }) => figures)) {
      expect(label).not.toBe('');
      expect(readFileSync(new URL(path, FOLDER), 'utf8')).toMatch(/^<svg [^]*<\/svg>\s*$/);
    }
  });
});

it('the table of contents has every chapter with its question', () => {
  const readme = readFileSync(new URL('README.md', FOLDER), 'utf8');
  const rows = [...readme.matchAll(/^\| \[(.+)\]\((.+)\) +\| (.+?) +\|$/gm)].map((row) =>
    row.slice(1),
  );
  expect(rows).toEqual(
    course.map(({ name, markdown, chapter: { number, title } }) => [
      `${number} ${title}`,
      name,
      markdown.split('\n')[2].replaceAll('**', ''),
    ]),
  );
});

it('the course has its chapters in order and no unused figures', () => {
  expect(chapters.map(({ number }) => number)).toEqual(chapters.map((_, i) => i + 1));
  const used = chapters.flatMap(({ cells }) => cells.flatMap(({ figures }) => figures));
  const names = new Set(used.map(({ path }) => path.replace('figures/', '')));
  const folder = new URL('figures/', FOLDER);
  expect(existsSync(folder) ? readdirSync(folder).filter((file) => !names.has(file)) : []).toEqual(
    [],
  );
});

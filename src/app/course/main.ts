// Runs chapters of the course in Node: `npm run course -- 3` runs the third, without a number all.
// With --write it updates outputs and figures in the chapters; with --short it trains for fewer steps.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { readCourse, type CourseFile } from './courseFiles.js';
import { runChapter, type CellResult } from './runChapter.js';
import { describeError } from './session.js';
import { writeResults } from './writeResults.js';

const folder = pathToFileURL('docs/course/');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, short: { type: 'boolean' } },
});
const { write = false, short = false } = values;
const course = readCourse(folder);
const chosen =
  positionals.length === 0
    ? course
    : positionals.map((number) => {
        const file = course.find(({ chapter }) => chapter.number === Number(number));
        if (file === undefined) {
          console.error(`course: no chapter ${number}; there are 1 to ${course.length}`);
          process.exit(2);
        }
        return file;
      });

for (const file of chosen) await run(file);

async function run({ name, markdown, chapter }: CourseFile): Promise<void> {
  console.log(`${chapter.number} ${chapter.title} (docs/course/${name})\n`);
  const results: CellResult[] = [];
  try {
    await runChapter(
      chapter,
      course.map((file) => file.chapter),
      { short },
      (result) => {
        results.push(result);
        const { cell, output, figures, duration } = result;
        console.log(`cell ${cell.number}, ${(duration / 1000).toFixed(1)} s`);
        const shown = figures.map(({ label }) => `[figure: ${label}]`);
        for (const line of [output, ...shown])
          if (line !== '') console.log(line.replace(/^/gm, '  '));
      },
    );
  } catch (error) {
    const failed = results.length + 1;
    const { message, line } = describeError(error, `chapter-${chapter.number}-cell-${failed}`);
    const place = line === null ? '' : `, line ${line}`;
    console.error(`docs/course/${name}, cell ${failed}${place}: ${message}`);
    process.exit(1);
  }
  if (write) save(name, writeResults(markdown, chapter.number, results), chapter.number);
}

function save(name: string, updated: ReturnType<typeof writeResults>, number: number): void {
  writeFileSync(new URL(name, folder), updated.markdown);
  const figures = new URL('figures/', folder);
  mkdirSync(figures, { recursive: true });
  const prefix = `${String(number).padStart(2, '0')}-`;
  for (const old of readdirSync(figures)) {
    if (old.startsWith(prefix) && !updated.figures.has(old)) rmSync(new URL(old, figures));
  }
  for (const [file, svg] of updated.figures) writeFileSync(new URL(file, figures), svg);
}

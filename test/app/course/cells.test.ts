// Cells of the course: parsing of a chapter, and the execution of cells that share their names.

import { describe, expect, it } from 'vitest';
import { parseChapter } from '../../../src/app/course/chapter.js';
import { compileCell, onlyDefines } from '../../../src/app/course/compileCell.js';
import { formatValues } from '../../../src/app/course/formatValues.js';
import { runChapter, shorten, type CellResult } from '../../../src/app/course/runChapter.js';
import { describeError, Session } from '../../../src/app/course/session.js';
import { writeResults } from '../../../src/app/course/writeResults.js';
import { tensor } from '../../../src/index.js';

const CHAPTER = `# 2 Sums

**What is a sum?**

\`\`\`js define
function add(a, b) {
  return a + b;
}
\`\`\`

Text.

\`\`\`js
const steps = 400; // short: 3
console.log(add(1, steps), 'x');
\`\`\`

\`\`\`text
401 x
\`\`\`

![one](figures/02-1.svg)
![two](figures/02-2.svg)

![not a figure](other.png)

\`\`\`sh
npm test
\`\`\`

<details>
<summary>Solution</summary>

\`\`\`js solution
console.log(1);
console.log(2);
\`\`\`

\`\`\`text
1
2
\`\`\`

</details>
`;

describe('a chapter', () => {
  it('consists of text and cells with their results', () => {
    const { number, title, parts, cells } = parseChapter(CHAPTER);
    expect([number, title]).toEqual([2, 'Sums']);
    expect(parts.map(({ kind }) => kind).join(' ')).toBe('text cell text cell text cell text');
    expect(cells.map((cell) => [cell.isDefinition, cell.isSolution, cell.output])).toEqual([
      [true, false, ''],
      [false, false, '401 x'],
      [false, true, '1\n2'],
    ]);
    expect(cells[1].figures).toEqual([
      { label: 'one', path: 'figures/02-1.svg' },
      { label: 'two', path: 'figures/02-2.svg' },
    ]);
  });

  it.each([
    ['Text', 'course: a chapter starts with a heading "# NUMBER TITLE"'],
    ['# 1 A\n\n```js solutoin\n```\n', 'unknown word "solutoin" after js'],
  ])('is rejected: %j', (markdown, message) => {
    expect(() => parseChapter(markdown)).toThrow(message);
  });

  it('runs, in full or with fewer steps, and keeps its text when its results are written', async () => {
    const chapter = parseChapter(CHAPTER);
    const results: CellResult[] = [];
    await runChapter(chapter, [chapter], {}, (result) => results.push(result));
    expect(results.map(({ output }) => output)).toEqual(['', '401 x', '1\n2']);
    const { markdown } = writeResults(CHAPTER, 2, results);
    expect(markdown).toBe(CHAPTER.replace(/!\[one].*\n!\[two].*\n\n/, ''));

    const short: CellResult[] = [];
    await runChapter(chapter, [chapter], { short: true }, (result) => short.push(result));
    expect(short.map(({ output, isShortened }) => [output, isShortened])).toEqual([
      ['', false],
      ['4 x', true],
      ['1\n2', true],
    ]);
    expect(shorten('const a = 1_000; // short: 2\nlet b = 3; // short: 1')).toBe(
      'const a = 2;\nlet b = 3; // short: 1',
    );
  });
});

/** Runs cells in one session and returns all they print. */
async function outputOf(...cells: string[]): Promise<string[]> {
  const lines: string[] = [];
  const load = (name: string) => Promise.resolve({ name, default: 'D' });
  const session = new Session({
    print: (text) => void lines.push(text),
    show: () => undefined,
    load,
  });
  for (const [i, cell] of cells.entries()) await session.run(cell, `cell-${i + 1}`);
  return lines;
}

describe('cells', () => {
  it('share names, also of patterns, functions, classes and imports', async () => {
    const first = `import fallback, { name as module } from 'm';
import * as all from 'n';
const { a, b: [c, ...d], ...e } = { a: 1, b: [2, 3, 4], f: 5 };
let counter = 0;
function next() { return ++counter; }
class P { x = 6; }`;
    expect(
      await outputOf(
        first,
        'console.log(module, fallback, all.name, a, c, d, e, next(), new P().x);',
      ),
    ).toEqual(['m D n 1 2 [3, 4] { f: 5 } 1 6']);
  });

  it('may declare a name again, and assign to names of earlier cells', async () => {
    expect(
      await outputOf('let x = 1;', 'x += 1;', 'console.log(x);', 'const x = 5; console.log(x);'),
    ).toEqual(['2', '5']);
  });

  it('await at the top level', async () => {
    expect(await outputOf('const x = await Promise.resolve(3);', 'console.log(x);')).toEqual(['3']);
  });

  it('define only if they have no other statement', () => {
    expect(onlyDefines("import { a } from 'a';\nconst b = 1;\nfunction c() {}")).toBe(true);
    expect(onlyDefines('const b = 1;\nb.run();')).toBe(false);
  });

  it.each([
    ['const x = ;', 1, /^SyntaxError: Unexpected token$/],
    ['\nimport {\n  a,\n} from "m";\nthrow new Error("no");', 5, /^Error: no$/],
    ['const f = () => {\n  missing();\n};\nf();', 2, /^ReferenceError: missing is not defined$/],
    ['throw "text";', null, /^text$/],
    ['export const a = 1;', null, /a cell has no exports/],
  ])('report the line of an error: %j', async (code, line, message) => {
    const error: unknown = await outputOf(code).catch((reason: unknown) => reason);
    const found = describeError(error, 'cell-1');
    expect(found.line).toBe(line);
    expect(found.message).toMatch(message);
  });

  it('keep earlier names after an error', async () => {
    const session = new Session({
      print: () => undefined,
      show: () => undefined,
      load: () => Promise.reject(new Error()),
    });
    await session.run('const a = 1;', 'cell-1');
    await expect(session.run('const b = 2; throw new Error("no");', 'cell-2')).rejects.toThrow(
      'no',
    );
    expect(session.scope).toEqual({ a: 1 });
  });
});

it('a compiled cell keeps its line numbers', () => {
  const { body } = compileCell('import {\n  a,\n} from "m";\nlast();', ['b']);
  expect(body.split('\n')[3]).toBe('last();');
  expect(body.split('\n').at(-1)).toBe('return { b, a };');
});

it('printed values look the same in Node and a browser', () => {
  const values = [
    'a',
    1.5,
    ['b', [NaN]],
    new Float32Array([1, 2]),
    null,
    undefined,
    {},
    { x: true },
  ];
  expect(formatValues(values)).toBe('a 1.5 ["b", [NaN]] [1, 2] null undefined {} { x: true }');
  expect(formatValues([new Map(), () => 1])).toBe('Map () => 1');
  expect(formatValues([new RangeError('far')])).toBe('RangeError: far');
  expect(formatValues([tensor([1, 2])])).toMatch(/^Tensor \[2\] .*\n\[1, 2\]$/);
});

// The order in which the page runs cells: a run gives what a run from the start of the chapter would.

import { beforeEach, expect, it } from 'vitest';
import type { Cell } from '../../../src/app/web/learn/cell.js';
import type { CellRunner, Outcome } from '../../../src/app/web/learn/cellRunner.js';
import { Notebook } from '../../../src/app/web/learn/notebook.js';

interface FakeCell {
  chapter: number;
  name: string;
  code: string;
  isSolution: boolean;
  status: string;
}

let log: string[] = [];
let notebook: Notebook;
let interrupt: (() => void) | null = null;

/** Fails for the code `fail`, and waits for `reset` for the code `wait`. */
const runner = {
  reset: () => {
    log.push('reset');
    interrupt?.();
  },
  run: (code: string, name: string): Promise<Outcome> => {
    log.push(name);
    if (code === 'fail')
      return Promise.resolve({ kind: 'failed', error: { message: 'no', line: 1 } });
    if (code !== 'wait') return Promise.resolve({ kind: 'done', duration: 1 });
    return new Promise((resolve) => {
      interrupt = () => resolve({ kind: 'stopped' });
    });
  },
};

function makeCell(chapter: number, number: number, isSolution = false): FakeCell & Cell {
  const cell = {
    ...{ chapter, name: `${chapter}.${number}`, code: 'ok', isSolution, status: '' },
    results: { clear: () => undefined },
    setState: () => undefined,
    setStatus(text: string) {
      cell.status = text;
    },
    finish(outcome: Outcome) {
      cell.status = outcome.kind;
      return Promise.resolve();
    },
  };
  return cell as unknown as FakeCell & Cell;
}

let cells: (FakeCell & Cell)[] = [];

beforeEach(() => {
  log = [];
  interrupt = null;
  notebook = new Notebook(runner as unknown as CellRunner);
  cells = [makeCell(1, 1), makeCell(1, 2), makeCell(1, 3, true), makeCell(1, 4)];
});

async function run(index: number): Promise<string> {
  log = [];
  await notebook.runTo(cells[index], cells);
  return log.join(' ');
}

it('runs earlier cells first, once, and no solutions', async () => {
  expect(await run(3)).toBe('reset 1.1 1.2 1.4');
  expect(await run(3)).toBe('1.4');
  expect(await run(2)).toBe('1.3');
});

it('runs cells again that come after one that has changed or run again', async () => {
  await run(3);
  cells[0].code = 'changed';
  expect(await run(3)).toBe('1.1 1.2 1.4');
  expect(await run(1)).toBe('1.2');
  expect(await run(3)).toBe('1.4');
  expect(await run(0)).toBe('1.1');
  expect(await run(3)).toBe('1.2 1.4');
});

it('starts again for another chapter, and for all cells', async () => {
  await run(1);
  log = [];
  const other = [makeCell(2, 1)];
  await notebook.runTo(other[0], other);
  expect(log.join(' ')).toBe('reset 2.1');
  log = [];
  await notebook.runAll(cells);
  expect(log.join(' ')).toContain('1.1 1.2 1.4');
});

it('does not continue after an error', async () => {
  cells[1].code = 'fail';
  expect(await run(3)).toBe('reset 1.1 1.2');
  expect(cells.map(({ status }) => status)).toEqual(['done', 'failed', '', 'Not run']);
  cells[1].code = 'ok';
  expect(await run(3)).toBe('1.2 1.4');
  cells[0].code = 'fail';
  expect(await run(3)).toBe('1.1');
});

it('stops, and forgets what has run', async () => {
  cells[1].code = 'wait';
  const running = notebook.runTo(cells[3], cells);
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  expect(notebook.isRunning).toBe(true);
  notebook.stop();
  await running;
  expect(notebook.isRunning).toBe(false);
  expect(cells.map(({ status }) => status)).toEqual(['done', 'stopped', '', 'Not run']);
  cells[1].code = 'ok';
  expect(await run(3)).toBe('reset 1.1 1.2 1.4');
});

// bench/ladder: every rung compiles and agrees with the one before, on small images.

import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileRung } from '../../bench/ladder/compile.js';
import { convolve, convolveQuantized } from '../../bench/ladder/definition.js';
import { EXAMPLE, operations, randomProblem, SMALL } from '../../bench/ladder/problem.js';
import { ladderTable } from '../../bench/ladder/report.js';
import { obstacleOf } from '../../bench/ladder/runner.js';
import { EXPERIMENTS, RUNGS } from '../../bench/ladder/rungs.js';
import { Session } from '../../bench/ladder/session.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ALL = [...RUNGS, ...EXPERIMENTS];

describe('the ladder', () => {
  let session: Session;
  beforeAll(async () => {
    session = await Session.open(ALL, randomProblem(SMALL, 1), (file, build) =>
      compileRung(ROOT, file, build),
    );
  });
  afterAll(() => session.dispose());

  it('has equal results on all rungs that this version of Node supports', async () => {
    const supported: string[] = [];
    for (const { id, program } of ALL) if ((await obstacleOf(program)) === null) supported.push(id);
    expect(session.checks.map(({ id }) => id)).toEqual(supported);
    expect(session.skipped.map(({ id }) => id)).toEqual(
      ALL.map(({ id }) => id).filter((id) => !supported.includes(id)),
    );
    for (const { id, previous } of session.checks) expect(previous === null).toBe(id === '1');
  });

  it('has a speed for every rung, in a table', () => {
    const times = session.measure(1, 0);
    expect(Object.keys(times)).toHaveLength(session.checks.length);
    const { checks, skipped } = session;
    const table = ladderTable(RUNGS, { checks, skipped, times }, SMALL).split('\n');
    expect(table).toHaveLength(2 + RUNGS.length);
    expect(table[3]).toMatch(/^ 2 {2}triple loop, WebAssembly .* 1 +none$/);
  });
});

it('a wrong result is an error', async () => {
  const [first, second] = RUNGS;
  const wrong = { ...second, program: { kind: 'module', file: 'int8', build: 'base' } } as const;
  const opened = Session.open([first, wrong], randomProblem(SMALL, 1), (file, build) =>
    compileRung(ROOT, file, build),
  );
  await expect(opened).rejects.toThrow(
    /^rung 2 \(triple loop, WebAssembly\) differs from 1 by 0\./,
  );
});

it('the definition is a convolution', () => {
  const sizes = { images: 1, height: 2, width: 1, channels: 1, outChannels: 1 };
  const weight = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const x = Float32Array.from([1, 0.5]);
  const out = new Float32Array(2);
  convolve({ sizes, x, weight }, out);
  expect([...out]).toEqual([5 + 8 / 2, 2 + 5 / 2]);
  const quantized = convolveQuantized({ sizes, x, weight });
  // Steps of 9 / 127 and 1 / 127.
  quantized.forEach((value, i) => expect(Math.abs(value - out[i])).toBeLessThan(0.1));
});

it('the example has the operations that the document states', () => {
  expect(operations(EXAMPLE)).toBe(462_422_016);
});

it('every file of the folder is a rung', () => {
  const files = ALL.flatMap(({ program }) => (program.kind === 'module' ? [program.file] : []));
  const folder = readdirSync(`${ROOT}bench/ladder/rungs`).map((name) => name.replace('.ts', ''));
  expect(folder).toEqual([...new Set([...files, 'layout'])].sort());
  expect(existsSync(`${ROOT}bench/ladder/definition.ts`)).toBe(true);
});

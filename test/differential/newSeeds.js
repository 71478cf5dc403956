// Generates cases with a new seed and runs the differential tests on them:
// `npm run test:differential -- --seed 7 --cases 5000 [--op conv2d]`. Needs a Python with PyTorch.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '2' },
    cases: { type: 'string', default: '5000' },
    op: { type: 'string' },
  },
});

const candidates = [process.env.PYTHON, 'python3', '/usr/bin/python3'].filter(Boolean);
const hasTorch = (python) =>
  spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
const python = candidates.find(hasTorch);
if (python === undefined) {
  console.error(
    `test:differential: no Python with PyTorch (tried ${candidates.join(', ')}); install Debian's ` +
      'python3-torch and libopenblas0-pthread, or set PYTHON',
  );
  process.exit(1);
}

const here = import.meta.dirname;
const folder = mkdtempSync(path.join(tmpdir(), 'inkgrad-differential-'));
const run = (program, args, env = {}) =>
  spawnSync(program, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1;
try {
  const file = path.join(folder, 'cases.bin.gz');
  const selection = options.op === undefined ? [] : ['--op', options.op];
  const generator = [
    path.join(here, 'generate.py'),
    '--seed',
    options.seed,
    '--cases',
    options.cases,
  ];
  process.exitCode = run(python, [...generator, '--out', file, ...selection]);
  if (process.exitCode === 0) {
    const vitest = path.join(here, '../../node_modules/vitest/vitest.mjs');
    process.exitCode = run(
      process.execPath,
      [vitest, 'run', '--project', 'node', 'test/differential'],
      { INKGRAD_DIFFERENTIAL: file },
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

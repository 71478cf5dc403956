// The table of bench/ops.ts: every public op has a case, every case runs, and its PyTorch expression
// computes the same.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { Child } from '../../bench/compare/child.js';
import { isDifferentiable, QUICK, titleOf } from '../../bench/ops/case.js';
import { differenceOf } from '../../bench/ops/digest.js';
import { opSpeedDocument, type OpTime } from '../../bench/ops/document.js';
import { draw, uniform } from '../../bench/ops/inputs.js';
import type { CheckReply } from '../../bench/ops/protocol.js';
import { CaseRunner } from '../../bench/ops/runner.js';
import { EXCLUDED, opCases } from '../../bench/ops/table/index.js';
import { wasm, withFreshBackend } from '../support/backends.js';
import { torchMissing, torchPython } from '../support/python.js';
import { skipNote } from '../support/skipping.js';

const cases = opCases(QUICK);

/** Names of the functions that src/engine/index.ts exports from src/engine/ops. */
function publicOps(): string[] {
  const text = readFileSync(new URL('../../src/engine/index.ts', import.meta.url), 'utf8');
  const lists = [...text.matchAll(/export \{([^}]*)\} from '\.\/ops\/\w+\.js'/g)];
  const names = lists.flatMap(([, list]) => list.split(',').map((name) => name.trim()));
  return names.filter((name) => name !== '' && !name.startsWith('type '));
}

describe('the table', () => {
  it('has a case for every public op, or the reason why not', () => {
    const listed = new Set([...cases.map(({ op }) => op), ...Object.keys(EXCLUDED)]);
    const ops = publicOps();
    expect(ops.length).toBeGreaterThan(100);
    expect(ops.filter((name) => !listed.has(name))).toEqual([]);
    expect([...listed].filter((name) => !ops.includes(name))).toEqual([]);
    for (const reason of Object.values(EXCLUDED)) expect(reason).toMatch(/\w{3,} \w+/);
  });

  it('has unique titles', () => {
    expect(new Set(cases.map(titleOf)).size).toBe(cases.length);
  });
});

/** Results of every case with inkgrad, by title. */
let results: ReadonlyMap<string, CheckReply>;

beforeAll(async () => {
  const replies = new Map<string, CheckReply>();
  await withFreshBackend(wasm(1).make, async () => {
    for (const one of cases) {
      const runner = new CaseRunner(one);
      replies.set(titleOf(one), await runner.check());
      await runner.round('forward', 0);
      if (isDifferentiable(one)) await runner.round('backward', 0);
      runner.dispose();
    }
  });
  results = replies;
});

describe('the cases', () => {
  it('run in both directions, with finite results and a gradient for each input', () => {
    for (const [title, { digests }] of results) {
      const { inputs } = cases.find((one) => titleOf(one) === title)!;
      expect(digests.length, title).toBe(1 + inputs.filter(({ grad }) => grad).length);
      for (const { mean, size } of digests) expect([mean, size].every(Number.isFinite)).toBe(true);
    }
  });

  it.skipIf(torchPython === null)(
    `compute the same as PyTorch${skipNote(torchMissing)}`,
    async () => {
      const script = fileURLToPath(new URL('../../bench/ops/pytorch.py', import.meta.url));
      const child = await Child.start({ command: [torchPython!, script] });
      const differences: string[] = [];
      for (const one of cases.filter(({ random }) => !random)) {
        const title = titleOf(one);
        const { inputs, torch } = one;
        await child.ask({ cmd: 'load', case: { title, quick: true, inputs, torch } });
        const difference = differenceOf(results.get(title)!, await child.ask({ cmd: 'check' }));
        if (difference !== null) differences.push(`${title}: ${difference}`);
      }
      await child.ask({ cmd: 'round', direction: 'forward', seconds: 0 });
      await child.stop();
      expect(differences).toEqual([]);
    },
  );
});

it('the values of inputs are spread over their range', () => {
  const values = draw({ kind: 'uniform', low: -2, high: 2 }, 4096, 1);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.1);
  expect(Math.min(...values)).toBeLessThan(-1.9);
  expect(Math.max(...values)).toBeGreaterThan(1.9);
  expect(new Set(draw({ kind: 'index', limit: 5 }, 100, 2))).toEqual(new Set([0, 1, 2, 3, 4]));
  expect(new Set(draw({ kind: 'flag' }, 100, 3))).toEqual(new Set([0, 1]));
  expect(uniform(0, 1)).not.toBe(uniform(0, 2));
});

it('a digest with another mean is reported', () => {
  const reply = (...means: number[]): CheckReply => ({
    digests: means.map((mean) => ({ mean, size: 1 })),
  });
  expect(differenceOf(reply(0.1, 0.2), reply(0.1, 0.2001))).toBeNull();
  expect(differenceOf(reply(0.1, 0.2), reply(0.1, 0.3))).toMatch(/^the gradient 1 differs/);
  expect(differenceOf(reply(0.1, NaN), reply(0.1, 0.3))).toMatch(/^the gradient 1 differs/);
  expect(differenceOf(reply(0.1), reply(0.1, 0.3))).toMatch(/^0 gradients, PyTorch has 1/);
});

it('the document lists the slowest first and counts', () => {
  const time = (op: string, inkgrad: number): OpTime => ({
    op,
    detail: '',
    direction: 'forward',
    shapes: '[4]',
    inkgrad,
    pytorch: 1,
    ratio: { median: 1 / inkgrad, min: 1 / inkgrad, max: 1 / inkgrad },
    rounds: [{ inkgrad, pytorch: 1 }],
  });
  const text = opSpeedDocument({
    times: [time('fast', 0.5), time('slow', 8), time('half', 2)],
    machine: {
      cpu: 'CPU',
      cores: 2,
      memoryGiB: 4,
      system: 'linux',
      node: '24',
      v8: '13',
      loadAverage: 0,
    },
    versions: { inkgrad: { node: '24.0.0', module: 'relaxed' }, pytorch: { torch: '2.6.0' } },
    rounds: 5,
    file: 'result.json',
  });
  expect(text).toContain('Of 3 measurements, 1 are at least as fast as PyTorch, 2 at least half');
  expect(text).toMatch(/\| slow .*0\.125 \|\n\| half .*0\.500 \|\n\| fast .*2\.00 +\|\n$/);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

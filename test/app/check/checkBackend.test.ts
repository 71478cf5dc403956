// Tests the check of a backend (`doctor --check`) on backends with faults.

import { expect, it, vi } from 'vitest';
import {
  type CaseResult,
  checkBackend,
  checkComputations,
  type OpResult,
  opOf,
} from '../../../src/app/check/checkBackend.js';
import { allOps } from '../../../src/app/check/ops.js';
import { CheckFailedError, runCheck } from '../../../src/app/check/runCheck.js';
import { difference, toleranceOf } from '../../../src/app/check/tolerance.js';
import { exitCodeOf } from '../../../src/app/terminal/exitCodes.js';
import { Reporter } from '../../../src/app/terminal/reporter.js';
import type { Launch } from '../../../src/engine/backend.js';
import { BackendError, ReferenceBackend } from '../../../src/engine/index.js';

/** The computations of some ops. */
const computationsOf = (...ops: string[]) =>
  checkComputations.filter((computation) => ops.includes(opOf(computation)));

/** A float32 reference backend that changes its launches. */
function changed(change: (launch: Launch) => Launch): ReferenceBackend {
  const backend = new ReferenceBackend();
  const run = backend.run.bind(backend);
  backend.run = (launch) => run(change(launch));
  return backend;
}

const wrongRelu = (): ReferenceBackend =>
  changed((launch) =>
    launch.kernel.name === 'reluGrad'
      ? { ...launch, kernel: { ...launch.kernel, body: () => 7 } }
      : launch,
  );

const byOp = (results: readonly OpResult[]) => new Map(results.map((each) => [each.op, each]));

it('covers every op, with its samples and larger ones, and the optimizers', () => {
  const names = new Set(checkComputations.map(opOf));
  const expected = [...allOps.map(({ opName }) => opName), 'convNormReluPool', 'argmax'];
  expect([...expected, 'sgd', 'adam'].filter((name) => !names.has(name))).toEqual([]);
  const titles = checkComputations.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
});

it('names the op that is computed incorrectly, and its smallest failing case', async () => {
  const seen: CaseResult[] = [];
  const results = byOp(
    await checkBackend(wrongRelu(), {
      computations: computationsOf('relu', 'sigmoid', 'abs'),
      edgeCases: [],
      onCase: (_, __, result) => seen.push(result),
    }),
  );
  expect([...results.keys()]).toEqual(['abs', 'relu', 'sigmoid']);
  expect(results.get('sigmoid')).toMatchObject({ failures: [], allowedError: 5e-6 });
  const { failures, cases, largestError } = results.get('relu')!;
  expect(cases).toBe(2);
  expect(largestError).toBeGreaterThan(1);
  expect(failures.map(({ name }) => name)).toEqual(['relu: both signs', 'relu: long']);
  expect(failures[0].inputs).toEqual([[3, 5]]);
  expect(failures[0].reason).toMatch(/^gradient of input 0 \[3,5\]: element \d+ is 7, expected /);
  expect(seen).toHaveLength(6);
});

it('reports an op that throws, and one that leaves a buffer, and continues', async () => {
  const backend = changed((launch) => {
    if (launch.kernel.name === 'sigmoid') throw new BackendError('the device has no exp');
    return launch;
  });
  const free = backend.free.bind(backend);
  let kept = 0;
  const results = byOp(
    await checkBackend(backend, {
      computations: computationsOf('abs', 'sigmoid', 'tanh'),
      edgeCases: [],
      onCase: (_, __, { name }) => {
        // From here on, the first freed buffer of a computation stays in use.
        if (!name.startsWith('sigmoid: long')) return;
        backend.free = (buffer) => (kept++ === 0 ? undefined : free(buffer));
      },
    }),
  );
  expect(results.get('abs')!.failures).toEqual([]);
  expect(results.get('sigmoid')).toMatchObject({ largestError: Infinity });
  expect(results.get('sigmoid')!.failures[0].reason).toBe('BackendError: the device has no exp');
  expect(results.get('tanh')!.failures).toMatchObject([{ reason: '1 buffers were still in use' }]);
});

it('fails with exit code 1 and the names of the wrong ops', async () => {
  const reporter = new Reporter({ json: false, quiet: true });
  const options = { computations: computationsOf('relu', 'sigmoid'), edgeCases: [] };
  const started = { backend: wrongRelu(), description: 'test' };
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const failure = await runCheck(started, reporter, options).catch((e: unknown) => e);
  const printed = stderr.mock.calls.map(([text]) => String(text)).join('');
  stderr.mockRestore();
  expect(printed).toMatch(/^relu: 2 of 2 cases are wrong; the smallest:\n {2}relu: both signs, /);
  expect(failure).toBeInstanceOf(CheckFailedError);
  expect((failure as Error).message).toBe('doctor --check: 1 of 2 ops are wrong on test: relu');
  expect(exitCodeOf(failure)).toBe(1);
  await runCheck({ backend: new ReferenceBackend(), description: 'test' }, reporter, options);
});

it('compares relative to the largest element, and NaN and infinities exactly', () => {
  expect(difference('y', [1, 2.0002], [1, 2])).toEqual({
    error: expect.closeTo(1e-4, 8) as number,
    location: 'y: element 1 is 2.0002, expected 2',
  });
  expect(difference('y', [NaN, Infinity], [NaN, Infinity]).error).toBe(0);
  expect(difference('y', [NaN], [1]).error).toBe(Infinity);
  expect(difference('y', [1], [Infinity]).error).toBe(Infinity);
  expect(difference('y', [1], [1, 2]).location).toBe('y: 1 elements, expected 2');
  expect(toleranceOf('conv2d', true)).toBeGreaterThan(toleranceOf('conv2d', false));
});

// Random graphs on all backends; see check.ts. `npm run test:graphs` runs any number of them.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReferenceBackend } from '../../src/engine/index.js';
import { allOps } from '../../src/app/check/ops.js';
import { allKernels } from '../support/kernels.js';
import { rounds } from '../support/rounds.js';
import { timeLimit } from '../support/timeLimit.js';
import { graphs } from './arbitrary.js';
import { allCandidates, type Candidate, GraphChecker, withShrinkLimit } from './check.js';
import { EXACT, WINOGRAD } from './noisyBackend.js';
import { opRows } from './ops/index.js';
import type { Statement } from './program.js';

const SEED = 20261129;

it(
  `all backends agree on random graphs, and no buffer remains (seed ${SEED})`,
  { timeout: timeLimit(600_000) },
  async () => {
    const checker = new GraphChecker(await allCandidates());
    const count = rounds(300);
    await fc.assert(
      fc.asyncProperty(
        graphs,
        withShrinkLimit((graph) => checker.check(graph), 60_000),
      ),
      { seed: SEED, numRuns: count },
    );
    const { statistics, backends } = checker;
    expect(statistics.graphs).toBe(count);
    expect(statistics.looseArrays / statistics.arrays).toBeLessThan(0.02);
    for (const { memory } of backends.values()) expect(memory.live).toBe(0);
    await checker.dispose();
  },
);

const statementsIn = (statement: Statement): Statement[] =>
  statement.kind === 'scope' ? statement.body.flatMap(statementsIn) : [statement];

it('random graphs contain every op and every kind of statement', () => {
  const names = new Set<string>();
  for (const { programs } of fc.sample(graphs, { seed: SEED, numRuns: 300 })) {
    for (const statement of programs.flatMap(({ episodes }) => episodes).flatMap(statementsIn)) {
      names.add(statement.kind === 'op' ? statement.name : statement.kind);
    }
  }
  const expected = [...Object.keys(opRows), ...allOps.map(({ opName }) => opName)];
  expect(expected.filter((name) => !names.has(name))).toEqual([]);
  expect([...names]).toEqual(
    expect.arrayContaining(['leaf', 'backward', 'gradientOf', 'step', 'read', 'misuse']),
  );
});

it('the error model names only kernels that exist', () => {
  const names = new Set(allKernels.map(({ kernel }) => kernel.name));
  expect([...EXACT, ...WINOGRAD].filter((name) => !names.has(name))).toEqual([]);
});

/** A float32 reference backend with a fault. */
const faulty = (name: string, breakIt: (backend: ReferenceBackend) => void): Candidate => ({
  name,
  make: () => {
    const backend = new ReferenceBackend();
    breakIt(backend);
    return backend;
  },
});

/** Multiplies the results of one kernel by a factor. */
const scaled = (kernelName: string, factor: number): Candidate =>
  faulty(`${kernelName} times ${factor}`, (backend) => {
    const run = backend.run.bind(backend);
    backend.run = (launch) => {
      const { kernel } = launch;
      if (kernel.name !== kernelName) return run(launch);
      const original = kernel.body as (this: unknown, ...args: unknown[]) => number;
      const body = function (this: unknown, ...args: unknown[]): number {
        return factor * original.apply(this, args);
      };
      return run({ ...launch, kernel: { ...kernel, body: body } });
    };
  });

// Checks that the comparison can fail.
it.each([
  scaled('sigmoidGrad', 1.001),
  scaled('conv2dGradWeight', 1.001),
  scaled('sumAxis', 1.0001),
  scaled('batchNormGradInput', 1.01),
  faulty('forgotten frees', (backend) => {
    const free = backend.free.bind(backend);
    let calls = 0;
    backend.free = (buffer) => {
      if (++calls % 100 > 0) free(buffer);
    };
  }),
])('a fault is detected: $name', async (candidate) => {
  const checker = new GraphChecker([candidate]);
  const property = fc.asyncProperty(graphs, (graph) => checker.check(graph));
  const result = await fc.check(property, { seed: SEED, numRuns: 300, endOnFailure: true });
  expect(result.failed).toBe(true);
  expect(String(result.errorInstance)).toContain(candidate.name);
  await checker.dispose();
});

// The differential tests of some backends: every case of the fixture, one test per op.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/engine/index.js';
import type { BackendUnderTest } from '../support/backends.js';
import { timeLimit } from '../support/timeLimit.js';
import { caseSize, describeCase, difference, identical } from './compare.js';
import { differences, type Exception, knownFaults } from './exceptions.js';
import { type Case, type Fixture, readFixture } from './fixture.js';
import { type Outcome, runCases } from './run.js';

const LISTED = 5;

let cached: Fixture | undefined;

/** The cases: the committed file, or the one that newSeeds.js has just generated. */
export function fixture(): Fixture {
  cached ??= readFixture(
    process.env.INKGRAD_DIFFERENTIAL ?? new URL('fixture/cases.bin.gz', import.meta.url),
  );
  return cached;
}

/** Whether the cases are the committed ones. */
export const isCommitted = process.env.INKGRAD_DIFFERENTIAL === undefined;

/** The results that differ from PyTorch, by name, with a sentence about each. */
function problems(
  one: Case,
  outcome: Outcome,
  backend: Backend,
): [name: string, message: string][] {
  if (outcome instanceof Error) return [['error', `${outcome.name}: ${outcome.message}`]];
  return [...one.outputs, ...one.gradients].flatMap((expected) => {
    const found = difference(outcome.get(expected.name)!, expected, one, backend.dtype);
    return found === null ? [] : [[expected.name, found] as [string, string]];
  });
}

interface Failure {
  readonly one: Case;
  readonly message: string;
}

const exceptions: readonly Exception[] = [...differences, ...knownFaults];

/** Fails with the smallest cases first. */
function report(failures: readonly Failure[], cases: number): void {
  if (failures.length === 0) return;
  const sorted = failures.toSorted((a, b) => caseSize(a.one) - caseSize(b.one));
  const lines = sorted
    .slice(0, LISTED)
    .map(({ one, message }) => `${message}\n    ${describeCase(one)}`);
  expect.fail(`${failures.length} of ${cases} cases differ from PyTorch:\n  ${lines.join('\n  ')}`);
}

/** The cases of each op. */
function casesByOp(): Map<string, Case[]> {
  const byOp = new Map<string, Case[]>();
  for (const one of fixture().cases) {
    const known = byOp.get(one.op);
    if (known === undefined) byOp.set(one.op, [one]);
    else known.push(one);
  }
  return byOp;
}

/** The first array whose bits differ; null if there is none. */
function changedBits(first: Outcome, second: Outcome): string | null {
  if (first instanceof Error || second instanceof Error) return null; // reported by `problems`
  for (const [name, values] of first) {
    if (!identical(values, second.get(name)!)) return `${name}: other bits than with one thread`;
  }
  return null;
}

/**
 * Tests that every backend agrees with PyTorch: one test per backend and op.
 *
 * @param sameBits whether all backends must also agree with the first one bit for bit
 */
export function differentialSuite(
  configurations: readonly BackendUnderTest[],
  { sameBits = false } = {},
): void {
  const backends: Backend[] = [];
  beforeAll(async () => {
    for (const { make } of configurations) backends.push(await make());
  });
  afterAll(async () => {
    for (const backend of backends) await backend.dispose();
  });
  const names = configurations.map(({ name }, index) => [name, index] as const);
  const firstOutcomes = new Map<Case, Outcome>();

  describe.each(names)('%s', (name, index) => {
    const seen = new Set<Exception>();
    it.each([...casesByOp()])(
      '%s',
      async (op, casesOfOp) => {
        const backend = backends[index];
        const cases = casesOfOp.filter((one) => one.float32 || backend.dtype === 'float64');
        const outcomes = await runCases(backend, cases);
        const failures: Failure[] = [];
        for (const [position, one] of cases.entries()) {
          const outcome = outcomes[position];
          const first = firstOutcomes.get(one);
          if (sameBits && first === undefined) firstOutcomes.set(one, outcome);
          const changed = first === undefined ? null : changedBits(first, outcome);
          if (changed !== null) failures.push({ one, message: changed });
          for (const [result, message] of problems(one, outcome, backend)) {
            const row = exceptions.find(
              (row) => row.op === op && row.results.test(result) && row.applies(one, backend),
            );
            if (row === undefined) failures.push({ one, message });
            else seen.add(row);
          }
        }
        report(failures, cases.length);
        expect(backend.memory.live, 'buffers left').toBe(0);
      },
      timeLimit(120_000),
    );

    // Other seeds need not contain a case of every exception.
    if (!isCommitted) return;
    it('every exception still occurs', () => {
      const possible = (row: Exception): boolean =>
        fixture().cases.some((one) => one.op === row.op && row.applies(one, backends[index]));
      const gone = exceptions.filter((row) => !seen.has(row) && possible(row));
      expect(gone, `remove these rows of exceptions.ts (${name})`).toEqual([]);
    });
  });
}

// Checks of the differential tests themselves: every op has a row and cases, every error case fails
// as stated, and the comparison detects a wrong result.

import { describe, expect, it } from 'vitest';
import { scope } from '../../src/engine/index.js';
import * as exportedOps from '../../src/engine/ops/index.js';
import { reference32, wasm, withFreshBackend } from '../support/backends.js';
import { allOps } from '../../src/app/check/ops.js';
import { difference } from './compare.js';
import type { Case } from './fixture.js';
import { operations } from './operations.js';
import { runCases } from './run.js';
import { fixture, isCommitted } from './suite.js';
import { opsWithoutTolerance } from './tolerances.js';

/** Exported functions that are parts of ops, and no ops. */
const HELPERS: readonly string[] = [
  'channelSum',
  'checkChannels',
  'conv2dGeometry',
  'convTranspose2dGeometry',
  'evaluationGradients',
  'logSumExp',
  'multiply',
  'poolGeometry',
  'pooledShape',
  'samePadding',
  'shiftedByMax',
  'updateRunning',
  'withParameters',
];

/** Ops of layers, which test/golden/sequence.test.ts compares with PyTorch. */
const LAYER_OPS: readonly string[] = ['attention', 'gru', 'lstm'];

const names = Object.keys(operations);

describe('coverage', () => {
  it('every exported op has a row, and every row is an exported op', () => {
    const functions = Object.entries(exportedOps)
      .filter(([, value]) => typeof value === 'function')
      .filter(([, value]) => !('opName' in value) && !('definition' in value))
      .map(([name]) => name)
      .filter((name) => !HELPERS.includes(name));
    expect(names.toSorted()).toEqual(functions.toSorted());
    const covered = [
      ...names,
      ...LAYER_OPS,
      ...Object.values(operations).flatMap(({ covers = [] }) => covers),
    ];
    expect(allOps.map(({ opName }) => opName).filter((name) => !covered.includes(name))).toEqual(
      [],
    );
  });

  it('every op has a tolerance', () => expect(opsWithoutTolerance(names)).toEqual([]));

  // A run with other cases may ask for fewer, or for one op.
  if (!isCommitted) return;
  it('the fixture has at least 3,000 cases, and 20 of every op', () => {
    const { cases } = fixture();
    expect(cases.length).toBeGreaterThanOrEqual(3000);
    const few = names.filter((name) => cases.filter(({ op }) => op === name).length < 20);
    expect(few).toEqual([]);
  });
});

describe.each([reference32, wasm(1), wasm(2)])('errors on $name', ({ make }) => {
  it('every error case fails as stated and leaves no buffer', () =>
    withFreshBackend(make, () => {
      for (const [name, { errors }] of Object.entries(operations)) {
        for (const { call, error, message } of errors) {
          const run = (): unknown => scope(() => void call());
          expect(run, `${name}: ${message.source}`).toThrow(error);
          expect(run, name).toThrow(message);
        }
      }
    }));
});

describe('the comparison', () => {
  const one: Case = {
    index: 0,
    op: 'mul',
    kind: 'plain',
    options: {},
    inputs: [],
    direction: null,
    outputs: [],
    gradients: [],
    float32: true,
  };
  const expected = (...values: number[]) => ({
    name: 'output 0',
    shape: [values.length],
    values: Float64Array.from(values),
  });
  const single = { ...one, outputs: [expected(1)] };
  const differs = (actual: number[], values: number[], dtype: 'float32' | 'float64'): boolean =>
    difference(Float64Array.from(actual), expected(...values), single, dtype) !== null;

  it('detects a small difference, a missing element, NaN and infinities', () => {
    expect(differs([1, 2], [1, 2.000001], 'float32')).toBe(true);
    expect(differs([1, 2], [1, 2.0000001], 'float32')).toBe(false);
    expect(differs([1, 2], [1, 2.0000001], 'float64')).toBe(true);
    expect(differs([1, 2], [1, 2 + 1e-11], 'float64')).toBe(false);
    expect(differs([1], [1, 2], 'float64')).toBe(true);
    expect(differs([NaN], [1], 'float32')).toBe(true);
    expect(differs([1], [NaN], 'float32')).toBe(true);
    expect(differs([NaN, -Infinity], [NaN, -Infinity], 'float32')).toBe(false);
    expect(differs([Infinity], [-Infinity], 'float32')).toBe(true);
    expect(differs([3e38], [Infinity], 'float32')).toBe(true);
  });

  it('accepts an infinity for a value beyond float32, in float32 only', () => {
    expect(differs([Infinity, 1], [1e39, 1], 'float32')).toBe(false);
    expect(differs([-Infinity, 1], [1e39, 1], 'float32')).toBe(true);
    expect(differs([Infinity, 1], [1e39, 1], 'float64')).toBe(true);
    expect(differs([Infinity, 1], [1e37, 1], 'float32')).toBe(true);
  });

  if (!isCommitted) return;
  it('detects a backend that computes one gradient kernel incorrectly', async () => {
    const backend = await reference32.make();
    const run = backend.run.bind(backend);
    backend.run = (launch) => {
      const isWrong = launch.kernel.name === 'reluGrad';
      return run(isWrong ? { ...launch, kernel: { ...launch.kernel, body: () => 7 } } : launch);
    };
    const cases = fixture().cases.filter(
      ({ op, gradients }) => op === 'relu' && gradients.length > 0,
    );
    const outcomes = await runCases(backend, cases);
    const wrong = cases.filter((one, index) => {
      const outcome = outcomes[index];
      if (outcome instanceof Error) return false;
      const [gradient] = one.gradients;
      return difference(outcome.get(gradient.name)!, gradient, one, 'float32') !== null;
    });
    const withElements = cases.filter(({ gradients: [{ values }] }) => values.length > 0);
    expect(wrong.length).toBeGreaterThan(0.9 * withElements.length);
    await backend.dispose();
  });
});

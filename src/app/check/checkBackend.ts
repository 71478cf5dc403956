// Checks every op on one backend against the reference in float64: all samples, forward and all
// gradients. No Node imports and no output, so that a page can run it too.

import type { Backend } from '../../engine/backend.js';
import { ReferenceBackend, type Shape } from '../../engine/index.js';
import { sizeOf } from '../../engine/shape.js';
import { compute, type Computation } from './computation.js';
import { allComputations } from './computations.js';
import { type EdgeCase, runEdgeCase } from './edgeCase.js';
import { edgeCases as allEdgeCases } from './edgeCases.js';
import { largeSamples } from './largeSamples.js';
import { optimizerSamples } from './optimizerSamples.js';
import { type Difference, difference, larger, NO_DIFFERENCE, toleranceOf } from './tolerance.js';

/** Seed of the inputs, if none is given. */
export const CHECK_SEED = 20261129;

/** The result of one computation. */
export interface CaseResult {
  /** Title of the computation. */
  readonly name: string;
  readonly inputs: readonly Shape[];
  readonly ok: boolean;
  /** Largest difference, relative to the largest element of its array. */
  readonly error: number;
  /** What is wrong: an element with both values, or the message of an error; empty if nothing is. */
  readonly reason: string;
  /** Milliseconds on the backend. */
  readonly ms: number;
}

/** The results of one op. */
export interface OpResult {
  readonly op: string;
  readonly cases: number;
  /** Wrong cases, those with the fewest elements first. */
  readonly failures: readonly CaseResult[];
  readonly largestError: number;
  readonly allowedError: number;
  readonly ms: number;
}

export interface CheckOptions {
  /** Default: the samples of every op, larger samples, and the updates of the optimizers. */
  readonly computations?: readonly Computation[];
  /** Default: all, listed as the op `edge cases`. */
  readonly edgeCases?: readonly EdgeCase[];
  /** Default `CHECK_SEED`. */
  readonly seed?: number;
  /** Called after each computation. */
  readonly onCase?: (done: number, total: number, result: CaseResult) => void;
}

/** Everything that `checkBackend` computes. */
export const checkComputations: readonly Computation[] = [
  ...allComputations,
  ...largeSamples,
  ...optimizerSamples,
];

/** The name of a computation's op. */
export function opOf({ title }: Computation): string {
  return title.split(':', 1)[0];
}

/** Whether a backend runs on a GPU, which rounds less exactly. */
export function isGpuBackend({ name }: Backend): boolean {
  return name.startsWith('gpu');
}

/** Checks a backend. Returns one result per op, in alphabetical order. */
export async function checkBackend(
  backend: Backend,
  {
    computations = checkComputations,
    edgeCases = allEdgeCases,
    seed = CHECK_SEED,
    onCase,
  }: CheckOptions = {},
): Promise<OpResult[]> {
  const exact = new ReferenceBackend({ dtype: 'float64' });
  const byOp = new Map<string, CaseResult[]>();
  const total = computations.length + edgeCases.length;
  let done = 0;
  const record = (op: string, result: CaseResult): void => {
    byOp.set(op, [...(byOp.get(op) ?? []), result]);
    done += 1;
    onCase?.(done, total, result);
  };
  for (const computation of computations) {
    const result = await checkComputation(backend, exact, computation, seed);
    record(opOf(computation), result);
  }
  for (const edgeCase of edgeCases) record('edge cases', await checkEdgeCase(backend, edgeCase));
  await exact.dispose();
  const names = [...byOp.keys()].sort();
  return names
    .map((op) => ({ op, results: byOp.get(op)! }))
    .map(({ op, results }) => ({
      op,
      cases: results.length,
      failures: results.filter(({ ok }) => !ok).sort((a, b) => elements(a) - elements(b)),
      largestError: Math.max(...results.map(({ error }) => error)),
      allowedError: toleranceOf(op, isGpuBackend(backend)),
      ms: results.reduce((total, { ms }) => total + ms, 0),
    }));
}

const elements = ({ inputs }: CaseResult): number =>
  inputs.reduce((total, shape) => total + sizeOf(shape), 0);

/** Compares one computation with the reference, and checks that it leaves no buffer. */
export async function checkComputation(
  backend: Backend,
  exact: Backend,
  computation: Computation,
  seed: number,
): Promise<CaseResult> {
  const tolerance = toleranceOf(opOf(computation), isGpuBackend(backend));
  const expected = await compute(exact, computation, seed);
  return runCase(backend, computation, tolerance, async () => {
    const actual = await compute(backend, computation, seed);
    return [...expected]
      .map(([name, values]) => difference(name, actual.get(name) ?? [], values))
      .reduce(larger, NO_DIFFERENCE);
  });
}

/** Compares an edge case with its known result. */
export function checkEdgeCase(backend: Backend, edgeCase: EdgeCase): Promise<CaseResult> {
  const tolerance = toleranceOf('edge cases', isGpuBackend(backend));
  return runCase(backend, { title: edgeCase.title, inputs: [] }, tolerance, async () => {
    const actual = await runEdgeCase(edgeCase, backend);
    return edgeCase.expected
      .map((expected, i) =>
        difference(`result ${i}`, (actual[i] ?? []).map(unsigned), expected.map(unsigned)),
      )
      .reduce(larger, NO_DIFFERENCE);
  });
}

/** Turns -0 into 0, which a GPU may return instead. */
const unsigned = (value: number): number => value + 0;

/** Runs one comparison: an error that it throws, or a buffer that it leaves, is a failure. */
export async function runCase(
  backend: Backend,
  { title: name, inputs: samples }: Pick<Computation, 'title' | 'inputs'>,
  tolerance: number,
  compare: () => Promise<Difference>,
): Promise<CaseResult> {
  const before = backend.memory.live;
  const start = performance.now();
  const inputs = samples.map(({ shape }) => shape);
  const finish = (error: number, reason: string): CaseResult => {
    const ms = performance.now() - start;
    return { name, inputs, ok: reason === '', error, reason, ms };
  };
  try {
    const { error, location } = await compare();
    const left = backend.memory.live - before;
    if (left !== 0) return finish(error, `${left} buffers were still in use`);
    return finish(error, error <= tolerance ? '' : location);
  } catch (error) {
    return finish(Infinity, String(error));
  }
}

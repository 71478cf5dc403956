// The kernel suite: every op sample forward and backward, and every kernel alone, on one backend
// and on the float64 reference. No Node and no test runner, because a browser page runs the same
// function.

import type { Backend, Buffer, Launch } from '../../src/engine/backend.js';
import { ReferenceBackend, Rng } from '../../src/engine/index.js';
import type { Kernel } from '../../kernels/kernel.js';
import { compute, type Computation } from '../support/computation.js';
import { allComputations } from '../support/computations.js';
import { allKernels } from '../support/kernels.js';

/** The result of one computation. */
export interface SuiteResult {
  readonly name: string;
  readonly ok: boolean;
  /** Largest difference, relative to the largest element of its array. */
  readonly worst: number;
  /** The first failure, with index and both values; empty if there is none. */
  readonly reason: string;
}

export interface SuiteOptions {
  /** Selects computations by name. Default: all. */
  readonly only?: (name: string) => boolean;
  /** Called after each one. */
  readonly onResult?: (result: SuiteResult) => void;
  /** Default 20261124. */
  readonly seed?: number;
}

/**
 * Largest difference allowed, relative to the largest element of the array, which is at most the
 * largest sum of absolute terms. GPUs round divisions, exponentials and square roots less exactly
 * than CPUs.
 */
export const SUITE_TOLERANCE = 5e-5;

/** Runs the suite. Returns one result per computation and per kernel, in a fixed order. */
export async function runKernelSuite(
  backend: Backend,
  { only = () => true, onResult, seed = 20261124 }: SuiteOptions = {},
): Promise<SuiteResult[]> {
  const exact = new ReferenceBackend({ dtype: 'float64' });
  const results: SuiteResult[] = [];
  const report = async (name: string, compare: () => Promise<Difference>): Promise<void> => {
    if (!only(name)) return;
    const result = await runComparison(name, backend, compare);
    results.push(result);
    onResult?.(result);
  };
  for (const computation of allComputations) {
    await report(computation.title, () => compareComputation(backend, exact, computation, seed));
  }
  const recording = recorded.get(seed) ?? recordLaunches(seed);
  recorded.set(seed, recording);
  const launches = await recording;
  for (const { kernel } of allKernels) {
    const recordedLaunches = launches.get(kernel.name) ?? [syntheticLaunch(kernel, new Rng(seed))];
    await report(`kernel ${kernel.name}`, () => compareKernel(backend, exact, recordedLaunches));
  }
  await exact.dispose();
  return results;
}

interface Difference {
  readonly worst: number;
  readonly location: string;
}

async function runComparison(
  name: string,
  backend: Backend,
  compare: () => Promise<Difference>,
): Promise<SuiteResult> {
  const before = backend.memory.live;
  try {
    const { worst, location } = await compare();
    const left = backend.memory.live - before;
    if (left !== 0) return { name, ok: false, worst, reason: `${left} buffers were still in use` };
    const ok = worst <= SUITE_TOLERANCE;
    return { name, ok, worst, reason: ok ? '' : location };
  } catch (error) {
    return { name, ok: false, worst: Infinity, reason: String(error) };
  }
}

/**
 * The largest difference of two arrays, relative to the largest expected element (at least 0.1).
 */
function difference(
  label: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): Difference {
  if (actual.length !== expected.length) {
    return {
      worst: Infinity,
      location: `${label}: ${actual.length} elements, expected ${expected.length}`,
    };
  }
  let scale = 0.1;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
  }
  let worst = 0;
  let location = '';
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue; // NaN and infinities included
    const error = Math.abs(actual[i] - expected[i]) / scale;
    if (error <= worst) continue;
    worst = Number.isNaN(error) ? Infinity : error;
    location = `${label}: element ${i} is ${actual[i]}, expected ${expected[i]}`;
  }
  return { worst, location };
}

const larger = (a: Difference, b: Difference): Difference => (b.worst > a.worst ? b : a);
const NONE: Difference = { worst: 0, location: '' };

async function compareComputation(
  backend: Backend,
  exact: Backend,
  computation: Computation,
  seed: number,
): Promise<Difference> {
  const expected = await compute(exact, computation, seed);
  const actual = await compute(backend, computation, seed);
  return [...expected]
    .map(([name, values]) => difference(name, actual.get(name) ?? [], values))
    .reduce(larger, NONE);
}

/** A launch with the values of its inputs. */
interface RecordedLaunch extends Omit<Launch, 'inputs' | 'donate'> {
  readonly arrays: readonly ArrayLike<number>[];
}

/** The maximum number of launches per kernel that are run alone. Each has different constants. */
const MAX_LAUNCHES_PER_KERNEL = 4;

/** Recorded launches by seed. They are the same for every backend. */
const recorded = new Map<number, Promise<Map<string, RecordedLaunch[]>>>();

/** The launches of the samples, by kernel. */
async function recordLaunches(seed: number): Promise<Map<string, RecordedLaunch[]>> {
  const launchesByKernel = new Map<string, RecordedLaunch[]>();
  const pending: Promise<void>[] = [];
  const backend = new ReferenceBackend();
  const run = backend.run.bind(backend);
  backend.run = ({ inputs, donate, ...rest }) => {
    const ofKernel = launchesByKernel.get(rest.kernel.name) ?? [];
    launchesByKernel.set(rest.kernel.name, ofKernel);
    const sizes = JSON.stringify(rest.constants);
    if (
      ofKernel.length < MAX_LAUNCHES_PER_KERNEL &&
      ofKernel.every(({ constants }) => JSON.stringify(constants) !== sizes)
    ) {
      const arrays: ArrayLike<number>[] = [];
      ofKernel.push({ ...rest, arrays });
      inputs.forEach((input, index) => {
        // The reference backend copies at the call, so the values are those at the time of the
        // launch.
        pending.push(backend.read(input).then((values) => void (arrays[index] = values)));
      });
    }
    return run({ ...rest, inputs, ...(donate === undefined ? {} : { donate }) });
  };
  for (const computation of allComputations) await compute(backend, computation, seed);
  await Promise.all(pending);
  await backend.dispose();
  return launchesByKernel;
}

/** A launch for kernels that no sample launches: 100 positive elements, scalars between 0 and 1. */
function syntheticLaunch(kernel: Kernel, rng: Rng): RecordedLaunch {
  const length = 100;
  const draw = (): number => rng.between(0.3, 0.9);
  const arrays = kernel.inputs.map(() => Float32Array.from({ length }, draw));
  return {
    kernel,
    arrays,
    constants: {},
    scalars: Object.fromEntries(kernel.scalars.map((name) => [name, draw()])),
    length,
  };
}

async function compareKernel(
  backend: Backend,
  exact: Backend,
  launches: readonly RecordedLaunch[],
): Promise<Difference> {
  let result = NONE;
  for (const launch of launches) {
    const [actual, expected] = [await runLaunch(backend, launch), await runLaunch(exact, launch)];
    const label = `${launch.kernel.name} ${JSON.stringify(launch.constants)}`;
    result = larger(result, difference(label, actual, expected));
  }
  return result;
}

async function runLaunch(
  backend: Backend,
  { arrays, ...rest }: RecordedLaunch,
): Promise<ArrayLike<number>> {
  const inputs: Buffer[] = arrays.map((array) => backend.upload(array));
  const output = backend.run({ ...rest, inputs });
  for (const input of inputs) backend.free(input);
  const values = await backend.read(output);
  backend.free(output);
  return values;
}

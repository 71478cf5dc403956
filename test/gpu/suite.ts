// The kernel suite: every op sample forward and backward, and every kernel alone, on one backend
// and on the float64 reference. No Node and no test runner, because a browser page runs the same
// function.

import type { Backend, Buffer, Launch } from '../../src/engine/backend.js';
import { ReferenceBackend, Rng } from '../../src/engine/index.js';
import type { Kernel } from '../../kernels/kernel.js';
import {
  type CaseResult,
  checkComputation,
  checkEdgeCase,
  runCase,
} from '../../src/app/check/checkBackend.js';
import { compute } from '../../src/app/check/computation.js';
import { edgeCases } from '../../src/app/check/edgeCases.js';
import { allComputations } from '../../src/app/check/computations.js';
import {
  type Difference,
  difference,
  GPU_TOLERANCE,
  larger,
  NO_DIFFERENCE,
} from '../../src/app/check/tolerance.js';
import { allKernels } from '../support/kernels.js';

export interface SuiteOptions {
  /** Selects computations by name. Default: all. */
  readonly only?: (name: string) => boolean;
  /** Called after each one. */
  readonly onResult?: (result: CaseResult) => void;
  /** Default 20261124. */
  readonly seed?: number;
}

/** Runs the suite. Returns one result per computation and per kernel, in a fixed order. */
export async function runKernelSuite(
  backend: Backend,
  { only = () => true, onResult, seed = 20261124 }: SuiteOptions = {},
): Promise<CaseResult[]> {
  const exact = new ReferenceBackend({ dtype: 'float64' });
  const results: CaseResult[] = [];
  const report = async (name: string, compare: () => Promise<CaseResult>): Promise<void> => {
    if (!only(name)) return;
    const result = await compare();
    results.push(result);
    onResult?.(result);
  };
  for (const computation of allComputations) {
    await report(computation.title, () => checkComputation(backend, exact, computation, seed));
  }
  for (const edgeCase of edgeCases) {
    await report(`edge case ${edgeCase.title}`, () => checkEdgeCase(backend, edgeCase));
  }
  const recording = recorded.get(seed) ?? recordLaunches(seed);
  recorded.set(seed, recording);
  const launches = await recording;
  for (const { kernel } of allKernels) {
    const title = `kernel ${kernel.name}`;
    const recordedLaunches = launches.get(kernel.name) ?? [syntheticLaunch(kernel, new Rng(seed))];
    await report(title, () =>
      runCase(backend, { title, inputs: [] }, GPU_TOLERANCE, () =>
        compareKernel(backend, exact, recordedLaunches),
      ),
    );
  }
  await exact.dispose();
  return results;
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
  let result = NO_DIFFERENCE;
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

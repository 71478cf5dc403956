// Every sample of every op, forward and backward, on every backend, against the float64 reference.

import { describe, expect, it } from 'vitest';
import { overrides, routines } from '../../src/engine/backends/wasm/overrides.js';
import {
  backendsUnderTest,
  type BackendUnderTest,
  oracle,
  reference32,
  wasm,
} from '../support/backends.js';
import { allComputations } from '../../src/app/check/computations.js';
import { allKernels } from '../support/kernels.js';
import { allOps } from '../../src/app/check/ops.js';
import { evaluate, expectAgreement, expectClose } from '../support/parity.js';
import { parityFixture } from '../support/parityFixture.js';
import { recording, type Recorder } from '../support/recording.js';

const SEED = 20261123;

const computations = allComputations;
const cases = computations.map((computation) => [computation.title, computation] as const);

describe.each(backendsUnderTest)('$name', (tested) => {
  const { agree } = parityFixture(tested);
  it.each(cases)('%s', (_, computation) => agree(computation, SEED));
});

/** Runs all computations on a backend that records its launches. */
async function recordLaunches({ make }: BackendUnderTest): Promise<Recorder> {
  const recorder = recording(await make());
  for (const computation of computations) await evaluate(recorder.backend, computation, SEED);
  await recorder.backend.dispose();
  return recorder;
}

describe('coverage', () => {
  it('every op has a sample', () => {
    const withoutSamples = allOps.filter((op) => op.samples.length === 0).map((op) => op.opName);
    expect(withoutSamples).toEqual([]);
    expect(allOps.length).toBeGreaterThan(30);
  });

  it("the samples launch every kernel except the optimizers' and the GPU's upload", async () => {
    const { kernels } = await recordLaunches(reference32);
    const missing = allKernels
      .filter(
        ({ family, kernel }) =>
          family !== 'optimizer' && kernel.name !== 'upload' && !kernels.has(kernel.name),
      )
      .map(({ kernel }) => kernel.name);
    expect(missing).toEqual([]);
  });

  it("the samples use every override of the wasm backend except the optimizers'", async () => {
    const { kernels, routines: called } = await recordLaunches(wasm(1));
    // Those are covered by optim.test.ts here and weightAverage.test.ts in test/nn.
    const optimizers = allKernels.filter(({ family }) => family === 'optimizer');
    const others = Object.keys(overrides).filter((name) =>
      optimizers.every(({ kernel }) => kernel.name !== name),
    );
    expect(others.filter((name) => !kernels.has(name))).toEqual([]);
    expect(
      Object.keys(routines).filter((name) => !called.has(name) && !name.endsWith('Step')),
    ).toEqual([]);
  });
});

// Checks that the comparison can fail.
describe('the comparison', () => {
  it('detects a small difference, a missing element and a NaN', () => {
    expect(() => expectClose([1, 2], [1, 2.00002], 'y')).toThrow(
      'y: element 1 is 2, expected 2.00002',
    );
    expect(() => expectClose([1], [1, 2], 'y')).toThrow();
    expect(() => expectClose([NaN], [1], 'y')).toThrow('element 0 is NaN');
    expect(() => expectClose([1], [NaN], 'y')).toThrow('expected NaN');
    expect(() => expectClose([1e9 + 64, NaN, Infinity], [1e9, NaN, Infinity], 'y')).not.toThrow();
  });

  it('detects a backend that computes one kernel incorrectly', async () => {
    const wrong = await reference32.make();
    const exact = await oracle.make();
    const relu = computations.find(({ title }) => title.startsWith('relu'))!;
    const run = wrong.run.bind(wrong);
    wrong.run = (launch) => {
      const kernel =
        launch.kernel.name === 'reluGrad' ? { ...launch.kernel, body: () => 7 } : launch.kernel;
      return run({ ...launch, kernel });
    };
    await expect(expectAgreement(wrong, exact, relu, SEED)).rejects.toThrow(
      /^relu: both signs, gradient of input 0 \[3,5\], seed \d+: element \d+ is 7/,
    );
  });
});

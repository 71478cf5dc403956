// Tests logits and gradients of ink against the network and against finite differences in float64.
// No buffer is left.

import { expect, it } from 'vitest';
import { inkGradients, logitsOfInks } from '../../../src/app/web/why/inkScores.js';
import { noGrad, scope } from '../../../src/engine/index.js';
import { oracle, wasm, withFreshBackend } from '../../support/backends.js';
import { CLASSES, ink, input, withNetwork } from '../support/network.js';

/** The lead of class 7 over class 3. */
const WEIGHTS = Array.from({ length: CLASSES }, (_, k) => (k === 7 ? 1 : k === 3 ? -1 : 0));

it('leaves no buffer on the backend and no gradient on the network', () =>
  withFreshBackend(wasm(1).make, (backend) =>
    withNetwork(async (model) => {
      const [first] = await inkGradients(model, [ink], WEIGHTS);
      await logitsOfInks(model, [ink]);
      const { live, allocations } = backend.memory; // with packed copies of the weights
      for (let i = 0; i < 20; i++) await inkGradients(model, [ink], WEIGHTS);
      for (let i = 0; i < 20; i++) await logitsOfInks(model, [ink]);
      expect(backend.memory).toMatchObject({ live, allocations });
      expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
      expect((await inkGradients(model, [ink], WEIGHTS))[0]).toEqual(first); // no dropout
    }),
  ));

it('the logits are those of the network', () =>
  withFreshBackend(oracle.make, () =>
    withNetwork(async (model) => {
      const blank = new Float64Array(784);
      const [, logits] = await logitsOfInks(model, [blank, ink]);
      const expected = await scope(() => noGrad(() => model.forward(input())).data());
      expected.forEach((value, k) => expect(logits[k]).toBeCloseTo(value, 5));
    }),
  ));

it('the gradients of a batch equal finite differences, in float64', () =>
  withFreshBackend(oracle.make, () =>
    withNetwork(async (model) => {
      const shifted = Float64Array.from(ink, (_, i) => ink[(i + 28) % 784]);
      const gradients = await inkGradients(model, [shifted, ink], WEIGHTS);
      const STEP = 1e-6;
      const pixelIndices = [0, 27, 210, 238, 300, 378, 406, 407, 434, 490, 555, 783];
      const moved = pixelIndices.flatMap((index) =>
        [STEP, -STEP].map((step) => Float64Array.from(ink, (x, i) => x + (i === index ? step : 0))),
      );
      const leads = (await logitsOfInks(model, moved)).map((logits) => logits[7] - logits[3]);
      const slopes = pixelIndices.map((_, i) => (leads[2 * i] - leads[2 * i + 1]) / (2 * STEP));
      slopes.forEach((slope, i) => expect(gradients[1][pixelIndices[i]]).toBeCloseTo(slope, 6));
      expect(Math.max(...slopes.map(Math.abs))).toBeGreaterThan(0.01);
    }),
  ));

it('the SIMD gradients equal those of the reference', async () => {
  const gradientsOn = async (make: typeof oracle.make): Promise<number[]> => {
    let gradients: number[] = [];
    await withFreshBackend(make, () =>
      withNetwork(async (model) => {
        gradients = [...(await inkGradients(model, [ink], WEIGHTS))[0]];
      }),
    );
    return gradients;
  };
  const expected = await gradientsOn(oracle.make);
  const actual = await gradientsOn(wasm(1).make);
  const largest = Math.max(...expected.map(Math.abs));
  const errors = expected.map((value, i) => Math.abs(actual[i] - value) / largest);
  expect(errors).toHaveLength(784);
  expect(Math.max(...errors)).toBeLessThan(1e-3);
});

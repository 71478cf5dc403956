// Tests the gradients of the ink against finite differences in float64. No buffer is left.

import { beforeAll, expect, it } from 'vitest';
import { inkGradients, type InkGradients } from '../../../src/app/web/why/inkGradients.js';
import { noGrad, scope, tensor } from '../../../src/engine/index.js';
import { oracle, wasm, withFreshBackend } from '../../support/backends.js';
import { CLASSES, input, pixels, withNetwork } from '../support/network.js';

const question = { top: 3, target: 7, reference: 3 };

it('leaves no buffer on the backend and no gradient on the network', () =>
  withFreshBackend(wasm(1).make, (backend) =>
    withNetwork(async (model) => {
      const first = await inkGradients(model, input, question);
      const { live, allocations } = backend.memory; // with packed copies of the weights
      for (let i = 0; i < 20; i++) await inkGradients(model, input, question);
      expect(backend.memory).toMatchObject({ live, allocations });
      expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
      expect((await inkGradients(model, input, question)).saliency).toEqual(first.saliency); // no dropout
    }),
  ));

/** The gradients of the network on a new backend. */
async function gradientsOn(make: typeof oracle.make): Promise<InkGradients> {
  let gradients: InkGradients | null = null;
  await withFreshBackend(make, () =>
    withNetwork(async (model) => {
      gradients = await inkGradients(model, input, question);
    }),
  );
  return gradients!;
}

let exact: InkGradients;
beforeAll(async () => {
  exact = await gradientsOn(oracle.make);
});

it('the gradients equal finite differences, in float64', () =>
  withFreshBackend(oracle.make, () =>
    withNetwork(async (model) => {
      const { saliency, targetGradient: toward } = exact;
      const STEP = 1e-6; // in ink; twice that in the network's input
      const pixelIndices = [0, 27, 210, 238, 300, 378, 406, 407, 434, 490, 555, 783];
      const moved = pixelIndices.flatMap((index) =>
        [2 * STEP, -2 * STEP].map((step) =>
          Float64Array.from(pixels, (value, i) => value + (i === index ? step : 0)),
        ),
      );
      const batch = new Float64Array(moved.length * 784);
      moved.forEach((values, n) => batch.set(values, n * 784));
      const shape = [moved.length, 1, 28, 28];
      const logits = await scope(() =>
        noGrad(() => model.forward(tensor(batch, { shape }))).data(),
      );
      const at = (n: number, k: number): number => logits[n * CLASSES + k];
      pixelIndices.forEach((index, i) => {
        const slope = (k: number): number => (at(2 * i, k) - at(2 * i + 1, k)) / (2 * STEP);
        expect(saliency[index]).toBeCloseTo(slope(3), 6);
        expect(toward[index]).toBeCloseTo(slope(7) - slope(3), 6);
      });
      expect(Math.max(...pixelIndices.map((index) => Math.abs(saliency[index])))).toBeGreaterThan(
        0.01,
      );
    }),
  ));

it('the SIMD gradients equal those of the reference', async () => {
  const { saliency: expected } = exact;
  const { saliency: actual } = await gradientsOn(wasm(1).make);
  const largest = Math.max(...Array.from(expected, Math.abs));
  const errors = Array.from(expected, (value, i) => Math.abs(actual[i] - value) / largest);
  expect(errors).toHaveLength(784);
  expect(Math.max(...errors)).toBeLessThan(1e-3);
});

// Averaged weights: the recurrence against plain JavaScript, swapping, and saving.

import { describe, expect, it } from 'vitest';
import { Rng, scope, tensor } from '../../src/engine/index.js';
import {
  BatchNorm2d,
  Linear,
  loadState,
  Module,
  saveState,
  WeightAverage,
} from '../../src/nn/index.js';
import type { Tensor } from '../../src/engine/tensor.js';
import { backendsUnderTest, withFreshBackend } from '../support/backends.js';
import { expectClose } from '../support/parity.js';

class SmallModel extends Module {
  readonly linear = new Linear({ inFeatures: 37, outFeatures: 11, rng: new Rng(1) });
  readonly norm = new BatchNorm2d({ numFeatures: 3 });

  override forward(x: Tensor): Tensor {
    return x;
  }
}

/** Changes everything that is averaged, as an optimizer and a forward pass would. */
function perturb(model: SmallModel, step: number): void {
  const { linear, norm } = model;
  for (const part of [linear.weight, linear.bias!, norm.running_mean!]) {
    part.assign(Array.from({ length: part.size }, (_, i) => Math.sin(i + 7 * step)));
  }
}

/**
 * The decay of update t, from 0: the first update copies, as in PyTorch, and a warm-up reduces the
 * initial bias.
 */
const decayAt = (t: number, decay: number): number => Math.min(decay, t / (9 + t));

describe.each(backendsUnderTest)('WeightAverage on $name', ({ make }) => {
  const onBackend = (body: () => Promise<void>): Promise<void> => withFreshBackend(make, body);

  it('averages weights and running statistics; swap() exchanges them with the model', () =>
    onBackend(async () => {
      const model = new SmallModel();
      const average = new WeightAverage(model, { decay: 0.6 });
      const expected = new Float64Array(37 * 11);
      for (let step = 0; step < 20; step++) {
        perturb(model, step);
        average.update();
        const d = decayAt(step, 0.6);
        expected.forEach(
          (value, i) => (expected[i] = d * value + (1 - d) * Math.sin(i + 7 * step)),
        );
      }
      const original = await model.linear.weight.data();
      average.swap();
      expect(average.swapped).toBe(true);
      expectClose(await model.linear.weight.data(), expected, 'weights');
      expectClose(await model.norm.running_mean!.data(), expected.subarray(0, 3), 'running mean');
      average.swap();
      expect(await model.linear.weight.data()).toEqual(original);
      average.dispose();
      model.dispose();
    }));

  it('equals the model after the first update', () =>
    onBackend(async () => {
      const model = new SmallModel();
      const average = new WeightAverage(model);
      const original = await model.linear.weight.data();
      average.update();
      average.swap();
      expect(await model.linear.weight.data()).toEqual(original);
      average.dispose();
      model.dispose();
    }));

  it('swap() makes the forward pass use the averages', () =>
    onBackend(async () => {
      const model = new SmallModel();
      const average = new WeightAverage(model);
      const predict = (): Promise<ArrayLike<number>> =>
        scope(() =>
          model.linear.forward(tensor([Array.from({ length: 37 }, (_, i) => i / 37)])).data(),
        );
      average.update();
      const before = await predict();
      perturb(model, 3);
      const moved = await predict();
      average.swap();
      expect(await predict()).toEqual(before);
      average.swap();
      expect(await predict()).toEqual(moved);
      average.dispose();
      model.dispose();
    }));

  it('continues from a saved state with identical results', () =>
    onBackend(async () => {
      const [model, other] = [new SmallModel(), new SmallModel()];
      const [average, resumed] = [model, other].map(
        (one) => new WeightAverage(one, { decay: 0.9 }),
      );
      for (let step = 0; step < 5; step++) {
        perturb(model, step);
        average.update();
      }
      loadState(await saveState({ model, average }), { model: other, average: resumed });
      for (const [one, modelAverage] of [
        [model, average],
        [other, resumed],
      ] as const) {
        perturb(one, 9);
        modelAverage.update();
        modelAverage.swap();
      }
      expect(await other.linear.weight.data()).toEqual(await model.linear.weight.data());
      const bytes = await saveState({ model });
      expect(() => loadState(bytes, { average })).toThrow('the file contains no average');
      for (const one of [model, other, average, resumed]) one.dispose();
    }));
});

it('rejects a decay of 1', () =>
  withFreshBackend(backendsUnderTest[0].make, () => {
    const model = new SmallModel();
    expect(() => new WeightAverage(model, { decay: 1 })).toThrow('at least 0 and below 1');
    model.dispose();
  }));

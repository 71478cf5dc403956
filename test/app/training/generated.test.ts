// Generated images in training: how many are added, the loss of outliers against a hand-written sum,
// and log-priors without them.

import { describe, expect, it } from 'vitest';
import { CharacterNet } from '../../../src/app/model/characterNet.js';
import { addGenerated, OUTLIER_CLASS } from '../../../src/app/training/generated.js';
import { logPriors, trainStep } from '../../../src/app/training/trainStep.js';
import { DataLoader } from '../../../src/data/loading/dataLoader.js';
import { selectImages } from '../../../src/data/loading/imageDataset.js';
import { Normalizer } from '../../../src/data/loading/transform.js';
import { syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { Rng, scope, tensor } from '../../../src/engine/index.js';
import { SGD } from '../../../src/nn/index.js';
import { onWasm } from '../support.js';

const real = syntheticDataset({ seed: 1, count: 94 });

describe('addGenerated', () => {
  it('appends the requested shares, and labels outliers with an additional class', () => {
    const mixed = addGenerated(real, { rareForms: 0.25, outliers: 0.25 }, 3);
    expect(mixed.length).toBe(94 + 47 + 47);
    expect(mixed.classes).toEqual([...real.classes, OUTLIER_CLASS]);
    expect(mixed.images.subarray(0, real.images.length)).toEqual(real.images);
    expect(mixed.labels.subarray(0, 94)).toEqual(real.labels);
    expect(mixed.labels.subarray(94, 141).every((label) => label < 47)).toBe(true);
    expect(mixed.labels.subarray(141).every((label) => label === 47)).toBe(true);
    expect(addGenerated(real, { rareForms: 0.25, outliers: 0.25 }, 3).images).toEqual(mixed.images);
  });

  it('returns the data set itself without shares, and keeps its classes without outliers', () => {
    expect(addGenerated(real, { rareForms: 0, outliers: 0 }, 3)).toBe(real);
    expect(addGenerated(real, { rareForms: 0.5, outliers: 0 }, 3).classes).toBe(real.classes);
  });

  it('rejects shares that leave no real images, and other classes', () => {
    const shares = { rareForms: 0.5, outliers: 0.5 };
    expect(() => addGenerated(real, shares, 3)).toThrow('their sum must be below 1');
    const digits = real.with({ labels: new Uint8Array(94), classes: ['0', '1'] });
    expect(() => addGenerated(digits, { rareForms: 0.1, outliers: 0 }, 3)).toThrow(
      'need the 47 classes of the balanced split',
    );
  });

  it('does not change the log-priors of the classes', () => {
    const mixed = addGenerated(real, { rareForms: 0, outliers: 0.5 }, 3);
    expect(logPriors(mixed, 47)).toEqual(logPriors(real));
  });
});

describe('trainStep', () => {
  it.each([false, true])(
    'teaches the distribution of the priors for outliers, priors: %s',
    (hasPriors) =>
      onWasm(async () => {
        const mixed = addGenerated(real, { rareForms: 0, outliers: 0.5 }, 3);
        const dataset = selectImages(mixed, [0, 5, 94, 7, 100]); // three characters, two outliers
        const transform = { inputs: new Normalizer() };
        const batch = new DataLoader(dataset, { batchSize: 5, transform }).batches(0).next().value!;
        const priors = hasPriors
          ? Array.from({ length: 47 }, (_, c) => Math.log((c + 1) / 1128))
          : null;
        const model = new CharacterNet({ classes: 47, rng: new Rng(1), dropout: 0 });
        const shape = [5, 1, 28, 28];
        const logits = await scope(() =>
          model.forward(tensor(batch.inputs.data, { shape })).data(),
        );
        const losses = Array.from({ length: 5 }, (_, row) => {
          const z = Array.from({ length: 47 }, (_, c) => logits[47 * row + c] + (priors?.[c] ?? 0));
          const log = Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0));
          const label = batch.targets.data[row];
          const target = (c: number): number => {
            if (label === 47) return priors === null ? 1 / 47 : Math.exp(priors[c]);
            return 0.1 / 47 + (c === label ? 0.9 : 0);
          };
          return -z.reduce((sum, value, c) => sum + target(c) * (value - log), 0);
        });
        const optimizer = new SGD(model.parameters(), { lr: 0.1 });
        const options = { labelSmoothing: 0.1, priors };
        const { loss, hits } = await trainStep(model, optimizer, batch, options);
        expect(loss).toBeCloseTo(losses.reduce((sum, one) => sum + one, 0) / 5, 5);
        expect(hits).toBeLessThanOrEqual(3);
        model.dispose();
        optimizer.dispose();
      })(),
  );
});

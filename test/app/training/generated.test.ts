// Generated images in training: how many are added, the loss of outliers against a hand-written sum,
// and log-priors without them.

import { describe, expect, it } from 'vitest';
import { CharacterNet } from '../../../src/app/model/characterNet.js';
import { Composites } from '../../../src/app/training/composites.js';
import { addGenerated, OUTLIER_CLASS } from '../../../src/app/training/generated.js';
import { logPriors, trainStep } from '../../../src/app/training/trainStep.js';
import { DataLoader } from '../../../src/data/loading/dataLoader.js';
import { selectImages } from '../../../src/data/loading/imageDataset.js';
import { Normalizer } from '../../../src/data/loading/transform.js';
import { IMAGE_PIXELS } from '../../../src/data/emnist/idx.js';
import { Outliers } from '../../../src/data/strokes/outliers.js';
import { RareCharacters } from '../../../src/data/strokes/rareCharacters.js';
import { SyntheticCharacters, syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { Rng, scope, tensor } from '../../../src/engine/index.js';
import { SGD } from '../../../src/nn/index.js';
import { onWasm } from '../support.js';

const real = syntheticDataset({ seed: 1, count: 94 });

describe('addGenerated', () => {
  it('appends the requested shares, and labels outliers with an additional class', () => {
    const shares = { ordinaryForms: 0.1, rareForms: 0.15, outliers: 0.25 };
    const mixed = addGenerated(real, shares, 3);
    expect(mixed.length).toBe(94 + 19 + 28 + 12 + 35);
    expect(mixed.classes).toEqual([...real.classes, OUTLIER_CLASS]);
    expect(mixed.images.subarray(0, real.images.length)).toEqual(real.images);
    expect(mixed.labels.subarray(0, 94)).toEqual(real.labels);
    expect(mixed.labels.subarray(94, 141).every((label) => label < 47)).toBe(true);
    expect(mixed.labels.subarray(141).every((label) => label === 47)).toBe(true);
    expect(addGenerated(real, shares, 3).images).toEqual(mixed.images);
  });

  it('returns the data set itself without shares, and keeps its classes without outliers', () => {
    expect(addGenerated(real, { ordinaryForms: 0, rareForms: 0, outliers: 0 }, 3)).toBe(real);
    expect(addGenerated(real, { ordinaryForms: 0, rareForms: 0.5, outliers: 0 }, 3).classes).toBe(
      real.classes,
    );
  });

  it('rejects shares that leave no real images, and other classes', () => {
    const shares = { ordinaryForms: 0, rareForms: 0.5, outliers: 0.5 };
    expect(() => addGenerated(real, shares, 3)).toThrow('their sum must be below 1');
    const digits = real.with({ labels: new Uint8Array(94), classes: ['0', '1'] });
    expect(() =>
      addGenerated(digits, { ordinaryForms: 0, rareForms: 0.1, outliers: 0 }, 3),
    ).toThrow('need the 47 classes of the balanced split');
  });

  it('draws ordinary forms of every class, rare forms, and two kinds of outliers', () => {
    const shares = { ordinaryForms: 0.25, rareForms: 0.25, outliers: 0.25 };
    const { images, length } = addGenerated(real, shares, 3);
    const imageOf = (index: number): Uint8Array =>
      images.slice(index * IMAGE_PIXELS, (index + 1) * IMAGE_PIXELS);
    expect(length).toBe(94 * 3 + 24 + 71);
    expect(imageOf(94)).toEqual(new SyntheticCharacters({ seed: 3 }).sample(0).image);
    expect(imageOf(94 * 2)).toEqual(new RareCharacters({ seed: 3 }).sample(0).image);
    expect(imageOf(94 * 3)).toEqual(new Composites(real, 3).sample(0));
    expect(imageOf(94 * 3 + 24)).toEqual(new Outliers({ seed: 3 }).sample(0).image);
  });

  it('does not change the log-priors of the classes', () => {
    const mixed = addGenerated(real, { ordinaryForms: 0, rareForms: 0, outliers: 0.5 }, 3);
    expect(logPriors(mixed, 47)).toEqual(logPriors(real));
  });
});

describe('Composites', () => {
  // Uniform images of the values 10, 20 and 30; the right half of each is 1 brighter.
  const values = [10, 20, 30];
  const images = Uint8Array.from(
    values.flatMap((value) =>
      Array.from({ length: IMAGE_PIXELS }, (_, i) => value + (i % 28 < 14 ? 0 : 1)),
    ),
  );
  const labels = Uint8Array.from([0, 1, 2]);
  const composites = new Composites(real.with({ images, labels }), 5);
  /** Samples of a kind: 0 halves exchanged, 1 side by side. */
  const samplesOf = (kind: number): Uint8Array[] =>
    Array.from({ length: 20 }, (_, i) => composites.sample(2 * i + kind));

  it('exchanges halves: the brighter half is left, or right if only upper and lower half moved', () => {
    const brighterIsLeft = samplesOf(0).map((image) => image[0] > image[27]);
    expect(new Set(brighterIsLeft)).toEqual(new Set([false, true]));
    for (const image of samplesOf(0)) expect(new Set(image).size).toBe(2);
  });

  it('places three different characters side by side in the middle third', () => {
    for (const image of samplesOf(1)) {
      const row = image.subarray(14 * 28, 15 * 28);
      expect([row[1], row[11], row[21]].sort()).toEqual(values);
      expect(image.subarray(0, 28).every((value) => value === 0)).toBe(true);
    }
  });

  it('needs images of three classes', () => {
    const two = real.with({ labels: real.labels.map((label) => label % 2) });
    expect(() => new Composites(two, 5)).toThrow('images of at least 3 classes');
    const shares = { ordinaryForms: 0, rareForms: 0.1, outliers: 0 };
    expect(addGenerated(two, shares, 3).length).toBe(104); // without outliers, no composites
  });

  it('depends only on the seed and the index', () => {
    expect(new Composites(real, 5).sample(7)).toEqual(new Composites(real, 5).sample(7));
    expect(new Composites(real, 5).sample(7)).not.toEqual(new Composites(real, 6).sample(7));
  });
});

describe('trainStep', () => {
  it.each([false, true])(
    'teaches the distribution of the priors for outliers, priors: %s',
    (hasPriors) =>
      onWasm(async () => {
        const mixed = addGenerated(real, { ordinaryForms: 0, rareForms: 0, outliers: 0.5 }, 3);
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

// The data of a training run: EMNIST below torchvision's folders and in other sizes, and the parts
// of other data sets.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openAllParts, openTrainingSource } from '../../../src/app/training/source.js';
import { imageAt } from '../../../src/data/loading/imageDataset.js';
import { Rng } from '../../../src/engine/rng.js';
import { writeEmnist } from '../../cli/support.js';
import { temporaryFolder } from '../../data/support.js';
import { LAYOUTS, smallData } from '../../support/dataLayouts.js';
import { grayPng } from '../../support/imageFiles.js';

const options = { split: 'digits', valFraction: 0.2, seed: null } as const;
const rng = (): Rng => new Rng(1);
const data = smallData(10, 5);

it("finds EMNIST below torchvision's root folder, and resizes it", async () => {
  const root = await temporaryFolder();
  const raw = join(root, 'EMNIST', 'raw');
  for (const part of ['train', 'test'] as const) {
    await writeEmnist(raw, data[part], { split: 'digits', part });
  }
  const original = await openTrainingSource({ ...options, data: root, rng: rng() });
  expect(original.train.name).toMatch(/^EMNIST digits train/);
  expect(original.input).toEqual({ size: 28, channels: 1, preprocess: 'ink' });
  const small = await openTrainingSource({
    ...options,
    data: root,
    rng: rng(),
    input: { size: 14 },
  });
  expect(small.train.shapes.inputs).toEqual([1, 14, 14]);
  expect([...small.train.labels]).toEqual([...original.train.labels]);
  const sums = [original, small].map(({ train }) => imageAt(train, 0).reduce((a, b) => a + b, 0));
  expect(sums[1] / sums[0]).toBeCloseTo(1 / 4, 1); // a quarter of the pixels
});

it('validates on the validation part if there is one, on the test part if told to', async () => {
  const folder = await temporaryFolder();
  for (const [part, count] of [
    ['train', 3],
    ['val', 2],
    ['test', 4],
  ] as const) {
    for (const name of ['cat', 'dog']) {
      await mkdir(join(folder, part, name), { recursive: true });
      for (let i = 0; i < count; i++) {
        const png = grayPng(new Uint8Array(64).fill(10 * i), 8, 8);
        await writeFile(join(folder, part, name, `${i}.png`), png);
      }
    }
  }
  const usual = await openTrainingSource({ ...options, data: folder, rng: rng() });
  expect([usual.train.length, usual.validation.length, usual.hasValidation]).toEqual([6, 4, true]);
  const onTest = await openTrainingSource({
    ...options,
    data: folder,
    rng: rng(),
    valOnTest: true,
  });
  expect([onTest.validation.length, onTest.hasValidation]).toEqual([8, false]);
  const { parts } = await openAllParts({ split: 'digits', data: folder });
  expect(Object.keys(parts).sort()).toEqual(['test', 'train', 'validation']);
});

it('resizes images to the requested size in every layout', async () => {
  const path = await LAYOUTS['.npz'](await temporaryFolder(), data);
  const source = { ...options, data: path, rng: rng(), input: { size: 40 } };
  const { train, validation, input } = await openTrainingSource(source);
  expect(input).toEqual({ size: 40, channels: 1, preprocess: 'ink' });
  expect([train.height, validation.width]).toEqual([40, 40]);
});

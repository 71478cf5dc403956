// Tests the page's reader in Node, on the same backend as in a browser: it agrees with the command
// line, leaves no buffer, and rejects files that are not models.

import { expect, it } from 'vitest';
import { classify } from '../../../src/app/evaluation/classify.js';
import { ModelError } from '../../../src/app/errors.js';
import { encodePth } from '../../../src/app/formats/pthWriter.js';
import { modelFrom } from '../../../src/app/model/modelContents.js';
import { pageBackend } from '../../../src/app/web/prediction/backend.js';
import { Predictor } from '../../../src/app/web/prediction/predictor.js';
import { BALANCED_CLASSES } from '../../../src/data/emnist/splits.js';
import { SyntheticCharacters } from '../../../src/data/strokes/synthetic.js';
import { decodeSafetensors } from '../../../src/nn/index.js';
import { wasm, withFreshBackend } from '../../support/backends.js';
import { untrainedModel } from '../../support/untrainedModel.js';

const bytes = await untrainedModel();
const { image } = new SyntheticCharacters({ seed: 5 }).sample(11);

it('predicts what the command line predicts, and ranks all classes', async () => {
  const reader = await Predictor.open(bytes, 'model.safetensors');
  const prediction = await reader.predict(image);
  await withFreshBackend(wasm(1).make, async () => {
    const { model } = await modelFrom('model', bytes);
    const expected = await classify(model, image);
    expected.forEach((value, i) => expect(prediction.probabilities[i]).toBeCloseTo(value, 6));
    model.dispose();
  });
  expect(prediction.image).toBe(image);
  expect(prediction.logits).toHaveLength(47);
  expect(prediction.ranked.map(({ index }) => index).sort((a, b) => a - b)).toEqual([
    ...Array(47).keys(),
  ]);
  expect(prediction.ranked[0].probability).toBe(Math.max(...prediction.probabilities));
  expect(prediction.ranked[0].label).toBe(BALANCED_CLASSES[prediction.ranked[0].index]);
  reader.dispose();
});

it('leaves no buffer, and is in evaluation mode', async () => {
  const { memory } = await pageBackend();
  const before = memory.live;
  const reader = await Predictor.open(bytes, 'model.safetensors');
  const first = await reader.predict(image);
  const loaded = (await pageBackend()).memory.live; // with packed copies of the weights
  // No dropout.
  for (let i = 0; i < 5; i++) expect((await reader.predict(image)).logits).toEqual(first.logits);
  expect((await pageBackend()).memory.live).toBe(loaded);
  reader.dispose();
  expect((await pageBackend()).memory.live).toBe(before);
});

it("returns the file's information about training", async () => {
  const reader = await Predictor.open(bytes, 'mine.safetensors');
  const { name, format, parameters, training } = reader.card;
  expect({ name, format, parameters }).toEqual({
    name: 'mine.safetensors',
    format: 'safetensors',
    parameters: 400_367,
  });
  expect(training).toMatchObject({ data: 'nothing', seed: 1, classes: BALANCED_CLASSES });
  reader.dispose();
});

it('opens a PyTorch file, with the same predictions', async () => {
  const { tensors } = decodeSafetensors(bytes);
  const pth = await encodePth({ tensors, classes: BALANCED_CLASSES, inputSize: [1, 28, 28] });
  const [one, two] = [
    await Predictor.open(bytes, 'a.safetensors'),
    await Predictor.open(pth, 'b.pth'),
  ];
  expect(two.card.format).toBe('pth');
  expect((await two.predict(image)).logits).toEqual((await one.predict(image)).logits);
  for (const reader of [one, two]) reader.dispose();
});

it.each<[string, Uint8Array]>([
  ['is cut short', bytes.subarray(0, bytes.length - 1)],
  ['is an image', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d)],
  ['is empty', new Uint8Array(0)],
  ['is another archive', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0)],
])('rejects a file that %s, with its name, and leaves no buffer', async (_, wrong) => {
  const before = (await pageBackend()).memory.live;
  const rejected = Predictor.open(wrong, 'wrong.bin');
  await expect(rejected).rejects.toThrow(ModelError);
  await expect(rejected).rejects.toThrow(/^model wrong\.bin: /);
  expect((await pageBackend()).memory.live).toBe(before);
});

it('rejects an image of another size', async () => {
  const reader = await Predictor.open(bytes, 'model.safetensors');
  await expect(reader.predict(new Uint8Array(785))).rejects.toThrow('784 bytes, got 785');
  reader.dispose();
});

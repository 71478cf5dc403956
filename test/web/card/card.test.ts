// Tests the texts of the model card: numbers come from the record, and a model without one has no
// accuracy.

import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Convolutions } from '../../../src/app/model/characterNet.js';
import { factsOf, figuresOf, networkSummary } from '../../../src/app/web/card/facts.js';
import { namedLayers } from '../../../src/app/web/card/layers.js';
import { identify } from '../../../src/app/web/card/record.js';
import type { ModelCard } from '../../../src/app/web/prediction/types.js';
import { describeRecord } from '../../../scripts/describeRecord.js';
import { onWasm } from '../../app/support.js';
import { randomNetwork } from '../../formats/models.js';

const root = new URL('../../../', import.meta.url);
const bytes = await readFile(new URL('src/app/model/shipped/model.safetensors', root));
const training = { data: 'some data', synthetic: false, seed: null, valFraction: 0.1, limit: null };
const card: ModelCard = {
  name: 'a.safetensors',
  format: 'safetensors',
  bytes,
  safetensors: bytes,
  parameters: 400_367,
  training: { ...training, classes: ['A', 'B'] },
};

it('identifies the shipped model by its digest, and no other', async () => {
  const { record, digest } = await identify(card);
  expect(record).not.toBeNull();
  expect(record!.sha256).toBe(digest);
  expect(record!.bytes).toBe(bytes.length);
  expect(bytes.length).toBeLessThanOrEqual(900_000); // the size budget
  const other = Uint8Array.from(bytes);
  other[other.length - 1] ^= 1;
  expect((await identify({ bytes: other })).record).toBeNull();
});

it('shows strict and merged accuracy, with the data of the measurement', async () => {
  const identity = await identify(card);
  const { test, training: made } = identity.record!;
  const text = JSON.stringify([figuresOf(card, identity.record), factsOf(card, identity)]);
  for (const share of [test.accuracy, test.mergedAccuracy])
    expect(text).toContain((100 * share).toFixed(1));
  expect(text).toContain(made.official ? 'official test part' : 'not the official partition');
  expect(text).toContain(made.command);
});

it.each([
  [
    'float16',
    100,
    100,
    'Half precision',
    '100 of 9,400 images correct, as many as in full precision',
  ],
  ['int8', 97, 100, '8-bit weights', '97 of 9,400 images correct, 3 fewer than in full precision'],
  ['int8', 101, 100, '8-bit weights', '101 of 9,400 images correct, 1 more than in full precision'],
])(
  'states the effect of %s weights: %i correct instead of %i',
  async (weights, correct, full, name, text) => {
    const { digest, record } = await identify(card);
    const [test, float32] = [
      { ...record!.test, images: 9400, correct },
      { ...record!.float32, correct: full },
    ];
    const identity = { digest, record: { ...record!, weights, test, float32 } };
    expect(factsOf(card, identity)).toContainEqual({ name, text });
    expect(describeRecord(identity.record)).toContain(`loss from ${name.toLowerCase()}`);
  },
);

it.each<[Convolutions, string]>([
  [
    [1, 1, 1],
    '3 blocks of convolution, batch norm, ReLU and pooling, then 2 linear layers; 7.8 million',
  ],
  [
    [1, 2, 2],
    '3 blocks with 5 convolutions in all, each with batch norm and ReLU, and pooling, then 2 linear',
  ],
])('summarizes a network with %j convolutions', (convolutions, text) =>
  onWasm(() => {
    const model = randomNetwork(47, 5, convolutions);
    expect(networkSummary(namedLayers(model))).toContain(text);
    model.dispose();
  })(),
);

it('shows no accuracy for a file that has none', () => {
  const text = JSON.stringify([
    figuresOf(card, null),
    factsOf(card, { digest: null, record: null }),
  ]);
  expect(text).not.toContain('test images');
  expect(text).toContain('some data');
  expect(text).toContain('not in the file');
  const synthetic = { ...card, training: { ...card.training, synthetic: true } };
  expect(JSON.stringify(factsOf(synthetic, { digest: null, record: null }))).toContain(
    'does not carry over',
  );
});

it('docs/model.md matches the record', async () => {
  const record: unknown = JSON.parse(
    await readFile(new URL('src/app/model/shipped/model.json', root), 'utf8'),
  );
  expect(await readFile(new URL('docs/model.md', root), 'utf8')).toBe(describeRecord(record));
});

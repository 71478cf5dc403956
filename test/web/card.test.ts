// The texts of the model card: numbers come from the record, and a model without one is not praised.

import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { factsOf, figuresOf } from '../../src/app/web/card/facts.js';
import { identify } from '../../src/app/web/card/record.js';
import type { ModelCard } from '../../src/app/web/reading/types.js';
import { describeRecord } from '../../scripts/describeRecord.js';

const root = new URL('../../', import.meta.url);
const bytes = await readFile(new URL('src/app/web/model/model.safetensors', root));
const training = { data: 'some data', synthetic: false, seed: null, valFraction: 0.1, limit: null };
const card: ModelCard = {
  ...{ name: 'a.safetensors', format: 'safetensors', bytes, safetensors: bytes, parameters: 400_367 },
  training: { ...training, classes: ['A', 'B'] },
};

it('knows the shipped model by its digest, and no other', async () => {
  const { record, digest } = await identify(card);
  expect(record).not.toBeNull();
  expect(record!.sha256).toBe(digest);
  expect(record!.bytes).toBe(bytes.length);
  expect(bytes.length).toBeLessThanOrEqual(900_000); // the budget
  const other = Uint8Array.from(bytes);
  other[other.length - 1] ^= 1;
  expect((await identify({ bytes: other })).record).toBeNull();
});

it('shows accuracy, strict and merged, with what it was measured on', async () => {
  const identity = await identify(card);
  const { test, training: made } = identity.record!;
  const text = JSON.stringify([figuresOf(card, identity.record), factsOf(card, identity)]);
  for (const share of [test.accuracy, test.mergedAccuracy]) expect(text).toContain((100 * share).toFixed(1));
  expect(text).toContain(made.official ? 'official test part' : 'not the official partition');
  expect(text).toContain(made.command);
});

it('claims no accuracy for a file that has none', () => {
  const text = JSON.stringify([figuresOf(card, null), factsOf(card, { digest: null, record: null })]);
  expect(text).not.toContain('test images');
  expect(text).toContain('some data');
  expect(text).toContain('the file does not say');
  const synthetic = { ...card, training: { ...card.training, synthetic: true } };
  expect(JSON.stringify(factsOf(synthetic, { digest: null, record: null }))).toContain('do not trust it');
});

it('docs/model.md says what the record says', async () => {
  const record: unknown = JSON.parse(await readFile(new URL('src/app/web/model/model.json', root), 'utf8'));
  expect(await readFile(new URL('docs/model.md', root), 'utf8')).toBe(describeRecord(record));
});

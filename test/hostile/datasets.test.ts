// Damaged array files: whatever bytes are changed or missing, the readers return images or throw a
// DataError.

import { expect, it } from 'vitest';
import { parseCsv } from '../../src/app/datasets/formats/csv.js';
import { parseMat } from '../../src/app/datasets/formats/mat.js';
import { parseNpz } from '../../src/app/datasets/formats/npz.js';
import { DataError } from '../../src/data/errors.js';
import { Rng } from '../../src/engine/rng.js';
import { csv, mat, matBytes, matStruct, npy, npz } from '../support/arrayFiles.js';
import { rounds } from '../support/rounds.js';

const pixels = Uint8Array.from({ length: 48 }, (_, i) => 5 * i);
const labels = Uint8Array.of(0, 1, 1);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

const archive = npz(
  { x_train: npy('|u1', [3, 4, 4], pixels), y_train: npy('|u1', [3], labels) },
  0,
);
const part = matStruct({ images: matBytes([3, 16], pixels), labels: matBytes([3, 1], labels) });
const dataset = matStruct(
  { train: part, mapping: matBytes([2, 2], pixels.slice(0, 4)) },
  'dataset',
);

const READERS = [
  ['.npz', archive, (bytes: Uint8Array) => parseNpz(bytes, 'a')],
  ['.mat', mat([dataset], false), (bytes: Uint8Array) => parseMat(bytes, 'a')],
  ['.mat, compressed', mat([dataset]), (bytes: Uint8Array) => parseMat(bytes, 'a')],
  [
    'CSV',
    new TextEncoder().encode(csv([...labels], pixels)),
    (bytes: Uint8Array) => parseCsv(once(bytes), 'a'),
  ],
] as const;

it.each(READERS)('%s', async (name, original, read) => {
  await read(original);
  const rng = new Rng(7).split(name);
  let rejected = 0;
  for (let round = 0; round < rounds(150); round++) {
    const isCut = round % 3 === 0;
    const damaged = isCut
      ? original.slice(0, Math.floor(rng.uniform() * original.length))
      : original.slice();
    const changes = isCut ? 0 : 1 + Math.floor(rng.uniform() * 3);
    for (let i = 0; i < changes; i++) {
      damaged[Math.floor(rng.uniform() * damaged.length)] = Math.floor(rng.uniform() * 256);
    }
    try {
      await read(damaged);
    } catch (error) {
      if (!(error instanceof DataError)) console.error(error);
      expect(error).toBeInstanceOf(DataError);
      rejected += 1;
    }
  }
  expect(rejected).toBeGreaterThan(20);
});

// Data of the exported PyTorch project: the same images, parts and order as in the command line, and
// batches from a memory-mapped file. Needs Python with PyTorch.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDataset } from '../../src/app/datasets/buildDataset.js';
import { openCollection, type OpenedCollection } from '../../src/app/datasets/openCollection.js';
import { writeIdx, writeImages } from '../../src/app/datasets/writeDataset.js';
import { ImageDataset } from '../../src/data/loading/imageDataset.js';
import { stratifiedIndices } from '../../src/data/loading/split.js';
import { Rng } from '../../src/engine/rng.js';
import { drawn } from '../cli/support.js';
import { pillowMissing, runPython, torchMissing } from '../support/python.js';
import { skipNote } from '../support/skipping.js';

const PROJECT = 'src/app/formats/pytorchProject';
let folder: string;
const pathOf = (...names: string[]): string => join(folder, ...names);

/** Labels and images in hexadecimal, by name of the part. */
type Parts = Record<string, { labels: number[]; images: string }>;

/** Writes two archives: bytes with names of classes and one part, and floats with three parts. */
const WRITE_ARCHIVES = `
import sys, numpy as np
random = np.random.default_rng(1)
draw = lambda *shape: random.integers(0, 256, shape, dtype=np.uint8)
np.savez(sys.argv[1], x_train=draw(60, 16, 16, 3), y_train=np.arange(60) % 3, class_names=['cat', 'dog', 'emu'])
floats = lambda n: {'images': random.random((n, 1, 12, 12)), 'labels': np.arange(n)[:, None] % 2 + 17}
arrays = {f'{part}_{key}': value for part, n in (('train', 10), ('val', 4), ('test', 6)) for key, value in floats(n).items()}
np.savez_compressed(sys.argv[2], **arrays)
`;

/** Prints the parts of each data set in a JSON list of [path, class names, shape, transposed]. */
const READ_PARTS = `
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from layouts import Source, open_part, open_train_and_test
def read(path, names, shape, transposed):
  source = Source(path, transposed=transposed)
  parts = dict(zip(('train', 'test'), open_train_and_test(source, names)))
  parts['validation'] = open_part(source, 'validation', names)
  images = lambda one: np.concatenate(list(one.part.images(shape, names)))[one.indices]
  return {
    name: {'labels': one.labels[one.indices].tolist(), 'images': images(one).tobytes().hex()}
    for name, one in parts.items() if one
  }
print(json.dumps([read(*one) for one in json.loads(sys.argv[2])]))
`;

/** Prints parts of 30 labels, and orders of them, chosen by inkgrad's random numbers. */
const RANDOM = `
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from rng import Stream, stratified_split
labels = np.arange(30) % 4
print(json.dumps({
  'parts': [part.tolist() for part in stratified_split(labels, 0.25, Stream(2**40 + 7).split('validation'))],
  'orders': [Stream(5).split('shuffle').split(f'epoch-{n}').permutation(n).tolist() for n in (1, 2, 101)],
}))
`;

/** Prints the batches of an epoch for one and for two processes, with a worker, and from step 1. */
const BATCHES = `
import json, os, sys, torch
sys.path.insert(0, sys.argv[1])
import distributed
from data import ShuffledBatches, batch_loader
from layouts import Source, open_part
from mapped import MappedImages, open_mapped
device = distributed.start()
names = [chr(65 + i) for i in range(26)]
train = open_part(Source(sys.argv[2], 'letters'), 'train', names)
data = open_mapped(train.part, train.labels, (1, 28, 28), names, sys.argv[3])
written = os.stat(data.path).st_mtime_ns
data = open_mapped(train.part, train.labels, (1, 28, 28), names, sys.argv[3])
copied = type(data)(*data.__reduce__()[1])
whole = next(iter(train.part.images((1, 28, 28), names)))
def epoch(rank=0, processes=1, workers=0, step=0):
  batches = ShuffledBatches(torch.arange(len(data.labels)), 16, 3, rank, processes)
  batches.start_at(0, step)
  return [(x.flatten().tolist(), y.tolist()) for x, y in batch_loader(data, batches, device, workers)]
if __name__ == '__main__':
  one, halves = epoch(), [epoch(rank, 2) for rank in (0, 1)]
  print(json.dumps({
    'rewritten': os.stat(data.path).st_mtime_ns != written,
    'isMapped': data.path in open('/proc/self/maps').read() if os.path.exists('/proc/self/maps') else True,
    'equal': bool((data.images.numpy() == whole).all() and (copied.images == data.images).all()),
    'labels': [sum((y for _, y in batches), []) for batches in (one, *halves)],
    'joined': [[a + b for a, b in zip(*pair)] for pair in zip(*halves)][:-1] == [list(batch) for batch in one][:-1],
    'withWorker': epoch(workers=1) == one,
    'resumed': epoch(step=1) == one[1:],
  }))
`;

/** The parts as the command line reads them. */
async function partsOf(path: string, size: number, transposed = false): Promise<Parts> {
  const orientation = transposed ? 'transposed' : 'upright';
  const found = (await openCollection(path, {
    split: 'balanced',
    orientation,
  })) as OpenedCollection;
  const result: Parts = {};
  for (const part of ['train', 'validation', 'test'] as const) {
    if (found.parts[part] === undefined) continue;
    const { dataset } = await buildDataset(found, part, { wanted: { size } });
    const images = Buffer.from(dataset.images).toString('hex');
    result[part] = { labels: [...dataset.labels], images };
  }
  return result;
}

async function projectParts(
  ...cases: [path: string, classes: string[], shape: number[], transposed: boolean][]
): Promise<Parts[]> {
  return JSON.parse(await runPython(READ_PARTS, [PROJECT, JSON.stringify(cases)])) as Parts[];
}

/** Color images of noise with the classes `cat` and `dog`. */
function noise(count: number, height: number, width: number, seed: number): ImageDataset {
  const rng = new Rng(seed);
  const images = Uint8Array.from({ length: count * 3 * height * width }, () => rng.below(256));
  const labels = Uint8Array.from({ length: count }, (_, index) => index % 2);
  const classes = ['cat', 'dog'];
  return new ImageDataset({
    name: 'x',
    images,
    channels: 3,
    height,
    width,
    labels,
    classes,
    synthetic: true,
  });
}

describe.skipIf(torchMissing !== null)(
  `data of the exported PyTorch project${skipNote(torchMissing)}`,
  () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'inkgrad-data-'));
      for (const name of ['mnist', 'letters', 'pets', 'large']) await mkdir(pathOf(name));
    });
    afterAll(() => rm(folder, { recursive: true }));

    it("draws inkgrad's random numbers: the same validation images, the same order", async () => {
      const labels = Array.from({ length: 30 }, (_, index) => index % 4);
      const { train, validation } = stratifiedIndices(
        labels,
        0.25,
        new Rng(2 ** 40 + 7).split('validation'),
      );
      const shuffle = new Rng(5).split('shuffle');
      expect(JSON.parse(await runPython(RANDOM, [PROJECT]))).toEqual({
        parts: [train, validation],
        orders: [1, 2, 101].map((n) => [...shuffle.split(`epoch-${n}`).permutation(n)]),
      });
    });

    it('reads .npz and MNIST files as the command line does', async () => {
      const [bytes, floats] = ['bytes.npz', 'floats.npz'].map((name) => pathOf(name));
      await runPython(WRITE_ARCHIVES, [bytes, floats]);
      const letters = drawn('letters', 104, 'train');
      await writeIdx(pathOf('mnist'), { train: letters, test: drawn('letters', 52, 'test') });
      const classes = [...letters.classes];
      const read = await projectParts(
        [bytes, ['cat', 'dog', 'emu'], [3, 16, 16], false],
        [floats, ['17', '18'], [1, 12, 12], false],
        [pathOf('mnist'), classes, [1, 28, 28], false],
        [pathOf('mnist'), classes, [1, 28, 28], true],
      );
      expect(read[0]).toEqual(await partsOf(bytes, 16));
      expect(read[0].test.labels).toHaveLength(6); // a tenth of each class
      expect(read[1]).toEqual(await partsOf(floats, 12));
      expect(read[2]).toEqual(await partsOf(pathOf('mnist'), 28));
      expect(read[3]).toEqual(await partsOf(pathOf('mnist'), 28, true));
      expect(read[3].train.images).not.toBe(read[2].train.images);
    });

    it.skipIf(pillowMissing !== null)(
      `reads folders of images as the command line does${skipNote(pillowMissing)}`,
      async () => {
        const parts = { train: noise(8, 16, 16, 1), test: noise(4, 16, 16, 2) };
        await writeImages(pathOf('pets'), parts, () => undefined);
        await writeImages(pathOf('large'), { train: noise(20, 30, 24, 3) }, () => undefined);
        const [pets, large] = await projectParts(
          [pathOf('pets'), ['cat', 'dog'], [3, 16, 16], false],
          [pathOf('large', 'train'), ['cat', 'dog'], [3, 16, 16], false],
        );
        expect(pets).toEqual(await partsOf(pathOf('pets'), 16));
        // Pillow treats the edges differently: close, not equal.
        const resized = await partsOf(pathOf('large', 'train'), 16);
        for (const part of ['train', 'test']) {
          expect(large[part].labels).toEqual(resized[part].labels);
          const [ours, theirs] = [resized, large].map((all) =>
            Buffer.from(all[part].images, 'hex'),
          );
          const sum = ours.reduce((all, value, index) => all + Math.abs(value - theirs[index]), 0);
          expect(sum / ours.length).toBeLessThan(1);
        }
      },
    );

    it('reads the batches of each process from a memory-mapped file', async () => {
      await writeIdx(pathOf('letters'), { train: drawn('letters', 104, 'train') });
      const printed = await runPython(BATCHES, [PROJECT, pathOf('letters'), pathOf('cache')]);
      const { labels, ...rest } = JSON.parse(printed) as { labels: number[][] };
      expect(rest).toEqual({
        rewritten: false,
        isMapped: true,
        equal: true,
        joined: true,
        withWorker: true,
        resumed: true,
      });
      const [one, first, second] = labels.map((list) => [...list].sort((a, b) => a - b));
      expect([...first, ...second].sort((a, b) => a - b)).toEqual(one);
    });
  },
);

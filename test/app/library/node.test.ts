// Tests the files of `inkgrad/node`: states, images, and the download of EMNIST.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fetchEmnist,
  loadStateFile,
  readEmnist,
  readImage,
  saveStateFile,
} from '../../../src/app/library/node.js';
import { Rng } from '../../../src/engine/index.js';
import { Adam, Linear } from '../../../src/nn/index.js';
import { makeFolder } from '../../cli/support.js';
import { onReference } from '../../support/backends.js';
import { grayPng } from '../../support/imageFiles.js';
import { zip } from '../../support/zip.js';
import { archiveMembers, splitFiles } from '../../fetch/support.js';

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => rm(folder, { recursive: true }));

const layer = (seed: number): Linear =>
  new Linear({ inFeatures: 2, outFeatures: 3, rng: new Rng(seed) });

describe('state files', () => {
  it(
    'restore a model, an optimizer and other data',
    onReference(async () => {
      const path = join(folder, 'state.safetensors');
      const [model, copy] = [layer(1), layer(2)];
      const optimizer = new Adam(model.parameters(), { lr: 0.5 });
      await saveStateFile(path, { model, optimizer, extra: { epoch: 3 } });
      const restored = new Adam(copy.parameters());
      const { extra } = await loadStateFile(path, { model: copy, optimizer: restored });
      expect(extra).toEqual({ epoch: 3 });
      expect(await copy.weight.data()).toEqual(await model.weight.data());
      expect(restored.lr).toBe(0.5);
      for (const one of [model, copy, optimizer, restored]) one.dispose();
    }),
  );

  it(
    'name the file of an error and leave the model unchanged',
    onReference(async () => {
      const model = layer(1);
      const before = await model.weight.data();
      const damaged = join(folder, 'damaged.safetensors');
      await writeFile(damaged, 'damaged');
      await expect(loadStateFile(damaged, { model })).rejects.toThrow(
        `${damaged}: safetensors: the file has 7 bytes`,
      );
      await expect(loadStateFile(join(folder, 'none'), { model })).rejects.toThrow('ENOENT');
      await expect(saveStateFile(join(folder, 'no', 'state'), { model })).rejects.toThrow('ENOENT');
      expect(await model.weight.data()).toEqual(before);
      model.dispose();
    }),
  );
});

describe('readImage', () => {
  it('decodes a file and its bytes', async () => {
    const pixels = Uint8Array.of(0, 50, 100, 150, 200, 250);
    const path = join(folder, 'pixels.png');
    await writeFile(path, grayPng(pixels, 3, 2));
    const expected = { data: pixels, width: 3, height: 2, channels: 1 };
    expect(await readImage(path)).toEqual(expected);
    expect(await readImage(await readFile(path))).toEqual(expected);
  });

  it('names the file of an error', async () => {
    await expect(readImage(join(folder, 'none.png'))).rejects.toThrow('none.png: cannot be read');
    await expect(readImage(Uint8Array.of(1, 2, 3))).rejects.toThrow(
      'image: is neither a PNG nor a JPEG image',
    );
  });
});

describe('fetchEmnist', () => {
  it('fetches a split from an archive, which readEmnist reads', async () => {
    const archive = join(folder, 'gzip.zip');
    await writeFile(archive, zip(archiveMembers(splitFiles('digits', 20))));
    const dir = join(folder, 'emnist');
    const { files } = await fetchEmnist({ split: 'digits', dir, from: archive });
    expect(files).toHaveLength(5);
    const data = await readEmnist({ split: 'digits', part: 'test', dir });
    expect(data).toMatchObject({ name: 'EMNIST digits test', length: 20, synthetic: false });
  });

  it.each<[object, string]>([
    [{ split: 'all', dir: 'x' }, 'emnist: unknown split "all"'],
    [{ split: 'digits' }, 'fetchEmnist: dir must be the path of a folder, got undefined'],
    [{ split: 'digits', dir: 'x', folder: 'x' }, 'fetchEmnist: unknown option folder'],
  ])('rejects %o', async (options, message) => {
    await expect(fetchEmnist(options as Parameters<typeof fetchEmnist>[0])).rejects.toThrow(
      message,
    );
  });
});

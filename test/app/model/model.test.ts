// Tests the network with several convolutions per block: its parameter count, that a model file
// need not state the number, and the error messages.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportModel } from '../../../src/app/model/exportModel.js';
import { architectureOf, originalArchitecture } from '../../../src/app/model/architecture.js';
import { CharacterNet, type Convolutions } from '../../../src/app/model/characterNet.js';
import { loadWeights, loadModel, storeCalibration } from '../../../src/app/model/modelFile.js';
import { BALANCED_CLASSES } from '../../../src/data/emnist/splits.js';
import { Rng } from '../../../src/engine/index.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/nn/index.js';
import { modelArrays } from '../../../src/nn/saving/serialize.js';
import { largestDifference, logitsOf, randomNetwork, randomImages } from '../../formats/models.js';
import { digest, onWasm } from '../support.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'inkgrad-network-'))));
afterAll(() => rm(folder, { recursive: true }));

it(
  'has the parameter count of its layers',
  onWasm(() => {
    const more = (channels: number): number => channels * channels * 9 + channels + 2 * channels;
    const count = (convolutions?: Convolutions): number => {
      const model = new CharacterNet({
        classes: 47,
        rng: new Rng(1),
        ...(convolutions && { convolutions }),
      });
      const { parameterCount } = model;
      model.dispose();
      return parameterCount;
    };
    expect(count()).toBe(400_367);
    expect(count([1, 1, 1])).toBe(400_367);
    expect(count([1, 2, 1])).toBe(400_367 + more(64));
    expect(count([2, 2, 2])).toBe(400_367 + more(32) + more(64) + more(128));
  }),
);

it.each(['safetensors', 'pth'] as const)(
  'is rebuilt from the arrays of a %s file alone',
  (format) =>
    onWasm(async () => {
      for (const convolutions of [
        [1, 2, 1],
        [3, 1, 2],
      ] as Convolutions[]) {
        const model = randomNetwork(47, 5, convolutions);
        const file = join(folder, `${convolutions.join('')}.${format}`);
        await writeFile(
          file,
          await exportModel({ model, classes: BALANCED_CLASSES, data: 'noise' }, format),
        );
        const { model: loaded } = await loadModel(file);
        expect(Object.keys(loaded.stateDict())).toEqual(Object.keys(model.stateDict()));
        const [ours, theirs] = [
          await logitsOf(model, randomImages(3)),
          await logitsOf(loaded, randomImages(3)),
        ];
        expect(largestDifference(ours, theirs)).toBe(0);
        model.dispose();
        loaded.dispose();
      }
    })(),
);

it(
  'is loaded from a file with 8-bit weights, which keeps them when a temperature is added',
  onWasm(async () => {
    const model = randomNetwork(47, 5, [1, 2, 2]);
    const file = join(folder, 'int8.safetensors');
    const exported = { model, classes: BALANCED_CLASSES, data: 'noise' };
    await writeFile(file, await exportModel(exported, 'safetensors', { weights: 'int8' }));
    const arrays = async () => decodeSafetensors(await readFile(file)).tensors;
    const before = await arrays();
    expect(before['conv_layers.0.weight'].data).toBeInstanceOf(Int8Array);
    expect(architectureOf(modelArrays(before))).toEqual(originalArchitecture([1, 2, 2]));

    await storeCalibration(file, { temperature: 1.5 });
    const { model: loaded, temperature } = await loadModel(file);
    expect(temperature).toBe(1.5);
    expect(digest(encodeSafetensors(await arrays()))).toBe(digest(encodeSafetensors(before)));

    const fresh = randomNetwork(47, 6, [1, 2, 2]);
    await loadWeights(fresh, file);
    const logits = await logitsOf(loaded, randomImages(3));
    expect(largestDifference(logits, await logitsOf(fresh, randomImages(3)))).toBe(0);
    expect(largestDifference(logits, await logitsOf(model, randomImages(3)))).toBeGreaterThan(0);
    const original = randomNetwork(47, 6);
    await expect(loadWeights(original, file)).rejects.toThrow(
      'its network has blocks of 32, 64 x 2, 128 x 2 channels, 256 hidden units, but this run ' +
        'trains blocks of 32, 64, 128 channels, 256 hidden units; choose a model of the same',
    );
    for (const one of [model, loaded, fresh, original]) one.dispose();
  }),
);

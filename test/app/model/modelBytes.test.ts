// Tests PyTorch files as models: the same network as from safetensors, bit for
// bit, and clear errors for a different network.

import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ModelError } from '../../../src/app/errors.js';
import { encodePth } from '../../../src/app/formats/pthWriter.js';
import { CharacterNet } from '../../../src/app/model/characterNet.js';
import { loadWeights, loadModel } from '../../../src/app/model/modelFile.js';
import { readModelBytes } from '../../../src/app/model/modelBytes.js';
import { BALANCED_CLASSES } from '../../../src/data/emnist/splits.js';
import { Rng } from '../../../src/engine/index.js';
import { loadState, saveState, type HostArray, type Module } from '../../../src/nn/index.js';
import { pth, stateDict, tensor } from '../../formats/support.js';
import { digest, onWasm } from '../support.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'inkgrad-model-'))));
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

async function arrays(model: Module): Promise<Record<string, HostArray>> {
  const stateArrays = Object.entries(model.stateDict()).map(
    async ([name, one]): Promise<[string, HostArray]> => [
      name,
      { shape: one.shape, data: await one.data() },
    ],
  );
  return Object.fromEntries(await Promise.all(stateArrays));
}

const inputSize = [1, 28, 28];

it(
  'loads the same network as from safetensors',
  onWasm(async () => {
    const model = new CharacterNet({ classes: 47, rng: new Rng(3) });
    const tensors = await arrays(model);
    const file = await write(
      'model.pth',
      await encodePth({ tensors, classes: BALANCED_CLASSES, inputSize }),
    );
    const loaded = await loadModel(file);
    expect(loaded.classes).toEqual(BALANCED_CLASSES);
    expect(digest(await saveState({ model: loaded.model }))).toBe(
      digest(await saveState({ model })),
    );

    const other = new CharacterNet({ classes: 47, rng: new Rng(4) });
    await loadWeights(other, file);
    expect(digest(await saveState({ model: other }))).toBe(digest(await saveState({ model })));
    for (const one of [model, loaded.model, other]) one.dispose();
  }),
);

const bias = (classes: number) => tensor({ length: classes, shape: [classes], stride: [1] });
const biasAlone = (classes: number, name = 'fc_layers.3.bias'): Promise<Uint8Array> =>
  pth(stateDict({ [name]: bias(classes) }), { 'data/0': new Uint8Array(4 * classes) });

it('infers the EMNIST split of a file without class names from the number of classes', async () => {
  for (const [classes, names] of [
    [47, BALANCED_CLASSES.join('')],
    [26, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ] as const) {
    const { safetensors, format } = await readModelBytes(
      await write('plain.pth', await biasAlone(classes)),
    );
    const { classes: inferredClasses } = loadState(safetensors).extra as { classes: string[] };
    expect([format, inferredClasses.join('')]).toEqual(['pth', names]);
  }
});

it.each<[string, () => Uint8Array | Promise<Uint8Array>, RegExp]>([
  [
    'has no class names and an unknown number of classes',
    () => biasAlone(12),
    /no EMNIST split has 12 classes \(they have 47, 26, 10, 62\)/,
  ],
  ['contains another network', () => biasAlone(47, 'head.bias'), /no fc_layers\.3\.bias/],
  ['lacks layers', () => biasAlone(47), /missing: conv_layers\.0\.weight/],
  [
    'is older than the format',
    () => Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c),
    /before 1\.6/,
  ],
  ['is empty', () => new Uint8Array(0), /0 bytes/],
])('rejects a file that %s, and names the file', (_, bytes, message) =>
  onWasm(async () => {
    const path = await write('other.pth', await bytes());
    const rejected = loadModel(path);
    await expect(rejected).rejects.toThrow(ModelError);
    await expect(rejected).rejects.toThrow(message);
    await expect(rejected).rejects.toThrow(path);
  })(),
);

it('rejects a path that is not a file, and a file too large to be a model', async () => {
  await expect(readModelBytes(folder)).rejects.toThrow(/it is not a file/);
  await expect(readModelBytes(join(folder, 'absent'))).rejects.toThrow(/cannot be read/);
  const path = await write('huge.pth', new Uint8Array(0));
  await truncate(path, 2 ** 31);
  await expect(readModelBytes(path)).rejects.toThrow(/2147483648 bytes, more than/);
});

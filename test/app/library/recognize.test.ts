// Tests `loadCharacterModel` and `recognize`: predictions equal those of `inkgrad predict` and of an
// evaluation, for every form of input; invalid input; no buffer remains in use.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/app/evaluation/evaluate.js';
import {
  loadCharacterModel,
  recognize,
  saveCharacterModel,
  type CharacterInput,
  type CharacterModel,
  type Recognition,
} from '../../../src/app/library/character.js';
import { readEmnist, readImage } from '../../../src/app/library/node.js';
import { SHIPPED_MODEL } from '../../../src/app/model/shippedModel.js';
import { imageAt, type ImageDataset } from '../../../src/data/loading/imageDataset.js';
import { SyntheticCharacters, syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { createWasmBackend, type Backend } from '../../../src/engine/index.js';
import { inkgrad, jsonLines, makeFolder } from '../../cli/support.js';
import { drawing, drawLarge, gray, onTransparent } from '../../data/images.js';
import { onReference } from '../../support/backends.js';
import { grayPng } from '../../support/imageFiles.js';
import { emnistDir, emnistMissing } from '../../support/originalModel.js';
import { skipNote } from '../../support/skipping.js';

let backend: Backend;
let model: CharacterModel;
let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
  backend = await createWasmBackend({ threads: 1 });
  model = await loadCharacterModel(undefined, { backend });
});
afterAll(async () => {
  model.dispose();
  expect(backend.memory.live).toBe(0);
  await backend.dispose();
  await rm(folder, { recursive: true });
});

/** Indices of an A, a 3 and a K, which have no look-alikes, and of a 0. */
const INDICES = [10, 3, 20, 0];

interface PredictionLine {
  readonly file: string;
  readonly read: readonly string[];
  readonly probability: number;
  readonly sure: boolean;
  readonly top: readonly { readonly name: string; readonly probability: number }[];
}

/** Compares with `inkgrad predict` on PNG files of the folder. */
async function expectSameAsPredict(files: readonly string[]): Promise<void> {
  const options = `--model ${modelFile} --top 47 --json --backend wasm --threads 1`;
  const run = await inkgrad(folder, `predict ${files.join(' ')} ${options}`);
  expect(run.code, run.stderr).toBe(0);
  const lines = (jsonLines(run) as unknown as PredictionLine[]).slice(0, files.length);
  for (const { file, read, probability, sure, top } of lines) {
    const result = await recognize(model, await readImage(join(folder, file)));
    const { ranked, ...rest } = result!;
    expect(rest, file).toMatchObject({ characters: read, probability, sure });
    expect(ranked.map(({ name, probability: share }) => ({ name, probability: share }))).toEqual(
      top,
    );
  }
}

const modelFile = SHIPPED_MODEL.pathname;

const bestNames = (results: readonly (Recognition | null)[]): (string | undefined)[] =>
  results.map((result) => result?.ranked[0].name);

/** Checks that `recognize` and `evaluate` predict the same classes. */
async function expectSameAsEvaluate(dataset: ImageDataset): Promise<void> {
  const { predictions } = await evaluate(model.network, dataset);
  for (let i = 0; i < dataset.length; i++) {
    const result = await recognize(model, imageAt(dataset, i));
    expect(result!.ranked[0].index, `image ${i}`).toBe(predictions[i]);
    expect(result!.image).toEqual(imageAt(dataset, i));
  }
}

describe('recognize', () => {
  it('gives the result of the command predict on files of drawn characters', async () => {
    for (const index of INDICES) {
      const { data, width, height } = gray(drawLarge(drawing(20, index)), (ink) => 240 - 200 * ink);
      await writeFile(join(folder, `${index}.png`), grayPng(data, width, height));
    }
    await expectSameAsPredict(INDICES.map((index) => `${index}.png`));
  });

  it('predicts 28 x 28 bytes as an evaluation does', () =>
    expectSameAsEvaluate(syntheticDataset({ seed: 5, count: 47 })));

  it('predicts the character of strokes, as points and as coordinates, at any size', async () => {
    const characters = new SyntheticCharacters({ seed: 8 });
    for (let index = 0; index < 47; index++) {
      const { strokes, label } = characters.drawing(index);
      const flat = await recognize(model, strokes);
      const points = strokes.map((stroke) =>
        Array.from({ length: stroke.length / 2 }, (_, i) => ({
          x: 4 * stroke[2 * i] + 100,
          y: 4 * stroke[2 * i + 1] - 7,
        })),
      );
      const asPoints = await recognize(model, points);
      expect(asPoints!.characters, `drawing ${index}`).toEqual(flat!.characters);
      expect(flat!.image.some((value) => value === 255)).toBe(true);
      expect(flat!.ranked).toHaveLength(47);
      expect(flat!.ranked.map(({ index: c }) => c).sort((a, b) => a - b)).toEqual([
        ...model.classes.keys(),
      ]);
      // Both are drawn clearly enough for the model, except for look-alikes.
      if (INDICES.slice(0, 3).includes(label)) {
        expect(flat!.characters, `drawing ${index}`).toEqual([model.classes[label]]);
        expect(flat!.sure).toBe(true);
      }
    }
  });

  it('accepts RGBA, gray with and without the number of channels, and 16-bit images', async () => {
    const coverage = drawLarge(drawing(20, 10));
    const { data, width, height } = gray(coverage, (ink) => 255 - 255 * ink);
    const rgba = new Uint8ClampedArray(4 * data.length).map((_, i) =>
      i % 4 === 3 ? 255 : data[i >> 2],
    );
    const inputs: CharacterInput[] = [
      { data, width, height, channels: 1 },
      { data, width, height },
      { data: rgba, width, height },
      { data: Uint16Array.from(data, (value) => 257 * value), width, height },
      onTransparent(coverage, [200, 0, 0]),
    ];
    const results = [];
    for (const input of inputs) results.push(await recognize(model, input));
    expect(bestNames(results)).toEqual(['A', 'A', 'A', 'A', 'A']);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    const inverted = await recognize(
      model,
      gray(coverage, (ink) => 255 * ink),
      { invert: 'no' },
    );
    expect(inverted!.image).toEqual(results[0]!.image);
  });

  it('lists look-alikes and flags low confidence', async () => {
    const circle = Array.from({ length: 33 }, (_, i) => ({
      x: Math.cos((i * Math.PI) / 16),
      y: 1.4 * Math.sin((i * Math.PI) / 16),
    }));
    const zero = await recognize(model, [circle]);
    expect([...zero!.characters].sort()).toEqual(['0', 'O']);
    expect(zero!.sure).toBe(true);
    const equalsSign = [
      [0, 0, 5, 0],
      [0, 2, 5, 2],
    ];
    const doubtful = await recognize(model, equalsSign);
    expect(doubtful!.sure).toBe(false);
    expect(doubtful!.probability).toBeLessThan(0.7);
  });

  it.each<[string, CharacterInput]>([
    ['a white image', { data: new Uint8Array(400).fill(255), width: 20, height: 20 }],
    ['no strokes', []],
    ['empty strokes', [[], []]],
    ['black bytes', new Uint8Array(784)],
  ])('returns null for %s', async (_, input) => {
    expect(await recognize(model, input)).toBeNull();
  });

  it.each<[string, unknown, string]>([
    ['null', null, 'got null'],
    ['text', 'A', 'got "A"'],
    ['783 bytes', new Uint8Array(783), '28 x 28 = 784 bytes, got a Uint8Array of 783'],
    ['784 floats', new Float32Array(784), '28 x 28 = 784 bytes, got a Float32Array of 784'],
    ['floats', { data: new Float32Array(1), width: 1, height: 1 }, 'got a Float32Array of 1'],
    ['7 values', { data: new Uint8Array(7), width: 2, height: 2 }, 'does not have 7 values'],
    [
      'a wrong number of channels',
      { data: new Uint8Array(4), width: 2, height: 2, channels: 3 },
      '3 channels does not have 4',
    ],
    ['no pixels', { data: new Uint8Array(0), width: 0, height: 0 }, '0 x 0 pixels'],
    ['no size', { data: new Uint8Array(4) }, 'undefined x undefined pixels'],
    ['a list of numbers', [1, 2], 'stroke 0 must be a list of points { x, y }'],
    ['an odd number of coordinates', [[1, 2, 3]], 'its length is even, got 3'],
    ['a point without y', [[{ x: 1 }]], 'coordinates must be finite, got (1, NaN)'],
    ['infinity', [[0, Infinity]], 'coordinates must be finite, got (0, Infinity)'],
  ])('rejects %s', async (_, input, message) => {
    await expect(recognize(model, input as CharacterInput)).rejects.toThrow(message);
  });

  it('rejects another model and unknown options', async () => {
    const other: unknown = {};
    await expect(recognize(other as CharacterModel, [])).rejects.toThrow(
      'model must be a character model',
    );
    await expect(recognize(model, [], { inverse: 'yes' } as object)).rejects.toThrow(
      'recognize: unknown option inverse',
    );
    await expect(recognize(model, [], { invert: 'maybe' as 'no' })).rejects.toThrow(
      'invert must be one of auto, yes, no, got "maybe"',
    );
  });

  it('leaves no buffer in use', async () => {
    const { live } = backend.memory;
    await Promise.all([recognize(model, [[0, 0, 1, 1]]), recognize(model, [[0, 0, 1, 0]])]);
    expect(backend.memory.live).toBe(live);
  });
});

describe.skipIf(emnistMissing !== null)(`real EMNIST${skipNote(emnistMissing)}`, () => {
  const read = (limit: number): Promise<ImageDataset> =>
    readEmnist({ dir: emnistDir!, split: 'balanced', part: 'test', limit });

  it('predicts its bytes as an evaluation does', async () => {
    await expectSameAsEvaluate(await read(200));
  });

  it('gives the result of the command predict on files of its images', async () => {
    const images = await read(8);
    const names = Array.from({ length: 8 }, (_, i) => `emnist-${i}.png`);
    for (const [i, name] of names.entries())
      await writeFile(join(folder, name), grayPng(imageAt(images, i), 28, 28));
    await expectSameAsPredict(names);
  });
});

describe('loadCharacterModel', () => {
  it(
    'loads the shipped model on the current backend, and frees it',
    onReference(async (current) => {
      const loaded = await loadCharacterModel();
      expect(loaded.backend).toBe(current);
      expect(loaded.classes).toHaveLength(47);
      expect(loaded.training).toMatchObject({ synthetic: false });
      const result = await recognize(loaded, [
        [0, 0, 6, 0],
        [3, 0, 3, 8],
      ]);
      expect(result).toMatchObject({ characters: ['T'], sure: true });
      loaded.dispose();
      await expect(recognize(loaded, [[0, 0, 1, 1]])).rejects.toThrow('used after dispose()');
    }),
  );

  it('loads bytes, file and data addresses; saved bytes give the same predictions', async () => {
    const bytes = await saveCharacterModel(model);
    const path = join(folder, 'saved.safetensors');
    await writeFile(path, bytes);
    const address = new URL(`data:;base64,${Buffer.from(bytes).toString('base64')}`);
    const expected = await recognize(model, [
      [0, 0, 6, 0],
      [3, 0, 3, 8],
    ]);
    for (const source of [bytes, pathToFileURL(path), address]) {
      const copy = await loadCharacterModel(source, { backend });
      expect(copy.training).toEqual(model.training);
      expect(
        await recognize(copy, [
          [0, 0, 6, 0],
          [3, 0, 3, 8],
        ]),
      ).toEqual(expected);
      expect(Buffer.compare(await saveCharacterModel(copy), bytes)).toBe(0);
      copy.dispose();
    }
  });

  it('names the source of an error', async () => {
    const missing = pathToFileURL(join(folder, 'missing.safetensors'));
    await expect(loadCharacterModel(missing)).rejects.toThrow(
      `model ${missing.href}: cannot be read (ENOENT`,
    );
    const damaged = (await readFile(SHIPPED_MODEL)).subarray(0, 1000);
    await expect(loadCharacterModel(damaged)).rejects.toThrow('model bytes: safetensors:');
    await expect(loadCharacterModel('a.safetensors' as unknown as URL)).rejects.toThrow(
      'source must be a URL or the bytes of a model file (Uint8Array), got "a.safetensors"',
    );
    await expect(
      loadCharacterModel(undefined, { backend: createWasmBackend() as unknown as Backend }),
    ).rejects.toThrow('backend must be a backend, such as await createWasmBackend()');
  });
});

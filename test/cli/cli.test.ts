// Tests train and eval on a few characters, in separate folders. Runs the built program; its output
// and files are compared with the same computation in this process.

import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CharacterNet } from '../../src/app/model/characterNet.js';
import { openTrainingSource } from '../../src/app/training/source.js';
import { Trainer } from '../../src/app/training/trainer.js';
import type { EpochEvent } from '../../src/app/training/trainerEvents.js';
import { Rng } from '../../src/engine/index.js';
import { decodeSafetensors } from '../../src/nn/index.js';
import { wasm, withFreshBackend } from '../support/backends.js';
import { drawn, inkgrad, jsonLines, makeFolder, writeEmnist, type Finished } from './support.js';

const EPOCH_FIELDS = [
  'event',
  'epoch',
  'trainLoss',
  'trainAccuracy',
  'valLoss',
  'valAccuracy',
  'lr',
  'seconds',
  'imagesPerSecond',
];
const END_FIELDS = [
  'event',
  'ending',
  'model',
  'modelEpoch',
  'valAccuracy',
  'bestEpoch',
  'temperature',
];

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

type Runs<Name extends string> = Record<Name, Finished>;

/** Runs commands in order, since later ones need the models of earlier ones. */
async function chain<Name extends string>(
  cwd: string,
  commands: Record<Name, string>,
): Promise<Runs<Name>> {
  const finished: Partial<Runs<Name>> = {};
  for (const name of Object.keys(commands) as Name[])
    finished[name] = await inkgrad(cwd, commands[name]);
  return finished as Runs<Name>;
}

const SYNTHETIC = 'train --limit 188 --val-fraction 0.25 --epochs 2 --json';
const REAL = 'train --data train --val-fraction 0.25 --epochs 1 --json';
const RECIPE = '--seed 5 --lr 0.002 --batch-size 32 --dropout 0 --no-shuffle';

const onSynthetic = () =>
  chain(at('synthetic'), {
    first: SYNTHETIC,
    second: SYNTHETIC,
    validation: 'eval --model runs/1/best.safetensors --part val --json',
  });
const onReal = () =>
  chain(at('real'), {
    train: `${REAL} ${RECIPE} --out ours`,
    init: `${REAL} --init ours/best.safetensors --lr 1e-9 --seed 77 --out initialized --verbose`,
  });
const onLetters = () =>
  chain(at('letters'), {
    train: 'train --data data --split letters --val-fraction 0.25 --epochs 1 --out new/folder',
    test: 'eval --data data --split letters --model new/folder/last.safetensors --json',
  });

let synthetic: Awaited<ReturnType<typeof onSynthetic>>;
let real: Awaited<ReturnType<typeof onReal>>;
let letters: Awaited<ReturnType<typeof onLetters>>;

beforeAll(async () => {
  folder = await makeFolder();
  await mkdir(at('synthetic'));
  const balanced = { split: 'balanced', firstLabel: 0 } as const;
  await writeEmnist(at('real', 'train'), drawn('balanced', 188, 'train'), {
    ...balanced,
    part: 'train',
  });
  await writeFile(
    at('real', 'train', 'emnist-balanced-test-images-idx3-ubyte'),
    'must not be read',
  );
  const oneBased = { split: 'letters', firstLabel: 1 } as const;
  await writeEmnist(at('letters', 'data'), drawn('letters', 188, 'train'), {
    ...oneBased,
    part: 'train',
  });
  await writeEmnist(at('letters', 'data'), drawn('letters', 94, 'test'), {
    ...oneBased,
    part: 'test',
  });
  [synthetic, real, letters] = await Promise.all([onSynthetic(), onReal(), onLetters()]);
});
afterAll(() => rm(folder, { recursive: true }));

it('every command ends with code 0', () => {
  for (const [name, { code, stderr }] of Object.entries({ ...synthetic, ...real, ...letters })) {
    expect(code, `${name}: ${stderr}`).toBe(0);
  }
});

describe('train without data', () => {
  it('warns on stderr that its characters are synthetic', () => {
    expect(synthetic.first.stderr).toMatch(/\*\*\* No EMNIST data found.*SYNTHETIC.*not EMNIST/);
    expect(synthetic.first.stderr).toContain('141 images');
    expect(real.train.stderr).not.toContain('SYNTHETIC');
  });

  it('with --json prints only the documented lines on stdout', () => {
    const lines = jsonLines(synthetic.first);
    expect(lines.map(({ event, epoch }) => [event, epoch])).toEqual([
      ['epoch', 1],
      ['epoch', 2],
      ['end', undefined],
    ]);
    for (const line of lines.slice(0, 2)) expect(Object.keys(line)).toEqual(EPOCH_FIELDS);
    const [first, second, end] = lines;
    expect(Object.keys(end)).toEqual(END_FIELDS);
    expect(end.model).toBe(join('runs', '1', 'best.safetensors'));
    const best = Number(second.valAccuracy) > Number(first.valAccuracy) ? second : first;
    expect(end).toMatchObject({ modelEpoch: best.epoch, valAccuracy: best.valAccuracy });
    expect(end.bestEpoch).toBe(best.epoch);
  });

  it('creates a folder per run, with the same files for the same seed', () => {
    expect(jsonLines(synthetic.second)[2].model).toBe(join('runs', '2', 'best.safetensors'));
    const timeless = (run: Finished): object[] =>
      jsonLines(run).map((line) => ({ ...line, seconds: 0, imagesPerSecond: 0, model: '' }));
    expect(timeless(synthetic.second)).toEqual(timeless(synthetic.first));
    for (const file of ['best.safetensors', 'last.safetensors']) {
      const [one, two] = ['1', '2'].map((run) => readFileSync(at('synthetic', 'runs', run, file)));
      expect(one.equals(two), file).toBe(true);
    }
  });

  it('saves a model for which eval finds the same validation part', () => {
    const { valAccuracy } = jsonLines(synthetic.first)[2];
    const [result] = jsonLines(synthetic.validation);
    expect(result).toMatchObject({ total: 47, accuracy: valAccuracy, part: 'val' });
    expect(synthetic.validation.stderr).toContain('SYNTHETIC');
  });
});

describe('train on EMNIST files', () => {
  it('applies the options, and never opens the test part', async () => {
    // The test part in that folder is not a valid IDX file.
    const [line] = jsonLines(real.train);
    const epochs: EpochEvent[] = [];
    await withFreshBackend(wasm(1).make, async () => {
      const rng = new Rng(5);
      const options = {
        data: at('real', 'train'),
        split: 'balanced',
        valFraction: 0.25,
        rng,
        seed: null,
      };
      const { train, validation } = await openTrainingSource(options);
      const model = new CharacterNet({ classes: 47, rng, dropout: 0 });
      const recipe = { epochs: 1, batchSize: 32, learningRate: 0.002, shuffle: false };
      const trainer = new Trainer({ model, train, validation, rng, ...recipe });
      for await (const event of trainer.run()) if (event.event === 'epoch') epochs.push(event);
      trainer.dispose();
    });
    const { epoch, trainLoss, trainAccuracy, valLoss, valAccuracy, lr } = epochs[0];
    expect(line).toMatchObject({ epoch, trainLoss, trainAccuracy, valLoss, valAccuracy, lr });
  });

  it('prints with --verbose, and not otherwise, why a backend is not used', () => {
    const tried = /^ +not webgpu: /m;
    expect(real.init.stderr).toMatch(tried);
    expect(real.train.stderr).toMatch(/^backend +wasm/m);
    expect(real.train.stderr).not.toMatch(tried);
  });

  it('--init starts with the weights of a file', () => {
    const [before, after] = [at('real', 'ours', 'best'), at('real', 'initialized', 'last')].map(
      (path) => decodeSafetensors(readFileSync(`${path}.safetensors`)).tensors,
    );
    const learned = Object.keys(before).filter((name) =>
      /^(conv|fc)_layers.*(weight|bias)$/.test(name),
    );
    expect(learned).toHaveLength(16);
    for (const name of learned) {
      const { data } = after[name];
      const moved = Array.from(before[name].data).filter(
        (value, i) => Math.abs(value - data[i]) > 1e-7,
      );
      expect(moved, name).toHaveLength(0); // with such a small rate they hardly change
    }
  });
});

describe('the letters split', () => {
  it('trains on labels that start at 1', () => {
    const { stdout } = letters.train;
    expect(stdout).toMatch(/EMNIST letters train, training part: \d+ images, 26 classes/);
    expect(stdout).toMatch(
      /epoch {2}1\/1 .*best .*new\/folder\/best\.safetensors.*next .*inkgrad eval/s,
    );
    expect(stdout).not.toContain('SYNTHETIC');
  });

  it('evaluates the 26 classes', () => {
    const [{ total, perClass }] = jsonLines(letters.test);
    expect(total).toBe(52);
    expect(perClass).toMatchObject(
      Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (name) => ({ name, total: 2 })),
    );
  });
});

// The command line at work: train and eval on a handful of characters, in folders of their own. Runs the built
// program; what it prints and writes is held against the same work done in this process.

import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate, type Evaluation } from '../../src/app/evaluate.js';
import { CharacterNet } from '../../src/app/model.js';
import type { ClassScore } from '../../src/app/metrics.js';
import { loadModel } from '../../src/app/modelFile.js';
import { openTrainingSource } from '../../src/app/source.js';
import { Trainer } from '../../src/app/trainer.js';
import type { EpochEvent } from '../../src/app/trainerEvents.js';
import { BALANCED_CLASSES } from '../../src/data/splits.js';
import { Rng } from '../../src/engine/index.js';
import { decodeSafetensors } from '../../src/nn/index.js';
import { wasm, withFreshBackend } from '../support/backends.js';
import { drawn, inkgrad, jsonLines, makeFolder, writeEmnist, type Finished } from './support.js';

const EPOCH_FIELDS = [
  ...['event', 'epoch', 'trainLoss', 'trainAccuracy', 'valLoss', 'valAccuracy', 'lr'],
  ...['seconds', 'imagesPerSecond'],
];
const END_FIELDS = ['event', 'model', 'bestEpoch', 'valAccuracy'];

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

type Runs<Name extends string> = Record<Name, Finished>;

/** Runs commands one after the other, as later ones need the models of earlier ones. */
async function chain<Name extends string>(cwd: string, commands: Record<Name, string>): Promise<Runs<Name>> {
  const finished: Partial<Runs<Name>> = {};
  for (const name of Object.keys(commands) as Name[]) finished[name] = await inkgrad(cwd, commands[name]);
  return finished as Runs<Name>;
}

const SYNTHETIC = 'train --limit 188 --val-fraction 0.25 --epochs 2 --json';
const REAL = 'train --data train --val-fraction 0.25 --epochs 1 --json';
const RECIPE = '--seed 5 --lr 0.002 --batch-size 32 --dropout 0 --no-shuffle';
const PART = 'eval --model ours/best.safetensors --json';

const onSynthetic = () =>
  chain(at('synthetic'), {
    first: SYNTHETIC,
    second: SYNTHETIC,
    validation: 'eval --model runs/1/best.safetensors --part val --json',
  });
const onReal = () =>
  chain(at('real'), {
    train: `${REAL} ${RECIPE} --out ours`,
    test: `${PART} --data test`,
    few: `${PART} --data test --limit 10`,
    validation: `${PART} --data train --part val`,
    fewOfValidation: `${PART} --data train --part val --limit 10`,
    training: `${PART} --data train --part train`,
    init: `${REAL} --init ours/best.safetensors --lr 1e-9 --seed 77 --out initialised`,
    prose: 'eval --model ours/best.safetensors --data test',
    pictures: 'eval --model ours/best.safetensors --data test --out about/test',
    again: `${PART} --data test --out about`,
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
  await writeEmnist(at('real', 'train'), drawn('balanced', 188, 'train'), { ...balanced, part: 'train' });
  await writeFile(at('real', 'train', 'emnist-balanced-test-images-idx3-ubyte'), 'not to be read');
  await writeEmnist(at('real', 'test'), drawn('balanced', 94, 'test'), { ...balanced, part: 'test' });
  const oneBased = { split: 'letters', firstLabel: 1 } as const;
  await writeEmnist(at('letters', 'data'), drawn('letters', 188, 'train'), { ...oneBased, part: 'train' });
  await writeEmnist(at('letters', 'data'), drawn('letters', 94, 'test'), { ...oneBased, part: 'test' });
  [synthetic, real, letters] = await Promise.all([onSynthetic(), onReal(), onLetters()]);
}, 240_000);
afterAll(() => rm(folder, { recursive: true }));

it('every command ends with code 0, but one that would overwrite with 2', () => {
  for (const [name, { code, stderr }] of Object.entries({ ...synthetic, ...real, ...letters })) {
    expect(code, `${name}: ${stderr}`).toBe(name === 'again' ? 2 : 0);
  }
});

describe('train without data', () => {
  it('says on stderr, loudly, that its characters are synthetic', () => {
    expect(synthetic.first.stderr).toMatch(/\*\*\* No EMNIST data found.*SYNTHETIC.*not EMNIST/);
    expect(synthetic.first.stderr).toContain('141 images');
    expect(real.train.stderr).not.toContain('SYNTHETIC');
  });

  it('with --json prints the documented lines on stdout and nothing else', () => {
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
    expect(end).toMatchObject({ bestEpoch: best.epoch, valAccuracy: best.valAccuracy });
  });

  it('gives each run a folder, and the same seed the same files', () => {
    expect(jsonLines(synthetic.second)[2].model).toBe(join('runs', '2', 'best.safetensors'));
    const timeless = (run: Finished): object[] =>
      jsonLines(run).map((line) => ({ ...line, seconds: 0, imagesPerSecond: 0, model: '' }));
    expect(timeless(synthetic.second)).toEqual(timeless(synthetic.first));
    for (const file of ['best.safetensors', 'last.safetensors']) {
      const [one, two] = ['1', '2'].map((run) => readFileSync(at('synthetic', 'runs', run, file)));
      expect(one.equals(two), file).toBe(true);
    }
  });

  it('leaves a model that eval finds the same validation part for', () => {
    const { valAccuracy } = jsonLines(synthetic.first)[2];
    const [result] = jsonLines(synthetic.validation);
    expect(result).toMatchObject({ total: 47, accuracy: valAccuracy, part: 'val' });
    expect(synthetic.validation.stderr).toContain('SYNTHETIC');
  });
});

describe('train on EMNIST files', () => {
  it('does what the options say, and never opens the test part', async () => {
    // The test part in that folder is not even a file of images.
    const [line] = jsonLines(real.train);
    const epochs: EpochEvent[] = [];
    await withFreshBackend(wasm(1).make, async () => {
      const rng = new Rng(5);
      const options = { data: at('real', 'train'), split: 'balanced', valFraction: 0.25, rng, seed: null };
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

  it('--init begins with the weights of a file', () => {
    const [before, after] = [at('real', 'ours', 'best'), at('real', 'initialised', 'last')].map(
      (path) => decodeSafetensors(readFileSync(`${path}.safetensors`)).tensors,
    );
    const learned = Object.keys(before).filter((name) => /^(conv|fc)_layers.*(weight|bias)$/.test(name));
    expect(learned).toHaveLength(16);
    for (const name of learned) {
      const { data } = after[name];
      const moved = Array.from(before[name].data).filter((value, i) => Math.abs(value - data[i]) > 1e-7);
      expect(moved, name).toHaveLength(0); // at so small a rate they hardly move
    }
  });
});

describe('eval', () => {
  const numbers = (run: Finished): object => {
    const [result, ...more] = jsonLines(run);
    expect(more).toEqual([]);
    return result;
  };

  it('--json prints one object with the documented fields', async () => {
    // The characters as they were drawn: the CLI has read them back from transposed files.
    const { accuracy, correct, total, loss, mergedAccuracy, perClass } = await withFreshBackend(
      wasm(1).make,
      async (): Promise<Evaluation> => {
        const { model } = await loadModel(at('real', 'ours', 'best.safetensors'));
        const result = await evaluate(model, drawn('balanced', 94, 'test'));
        model.dispose();
        return result;
      },
    );
    expect(numbers(real.test)).toMatchObject({
      ...{ model: join('ours', 'best.safetensors'), data: 'EMNIST balanced test', part: 'test' },
      ...{ accuracy, correct, total, loss, mergedAccuracy, perClass },
    });
    expect(Object.keys(numbers(real.test))).toEqual([
      ...[
        'model',
        'data',
        'part',
        'accuracy',
        'accuracyInterval',
        'correct',
        'total',
        'loss',
        'mergedAccuracy',
      ],
      ...['top3Accuracy', 'macroF1', 'calibrationError', 'calibration', 'confusedPairs', 'perClass'],
    ]);
    const [{ accuracyInterval, calibrationError, top3Accuracy, perClass: classes }] = jsonLines(real.test);
    const { low, high } = accuracyInterval as { low: number; high: number };
    expect(low).toBeLessThanOrEqual(accuracy);
    expect(high).toBeGreaterThanOrEqual(accuracy);
    expect(top3Accuracy).toBeGreaterThanOrEqual(accuracy);
    expect(calibrationError).toBeGreaterThan(0);
    for (const { recall, accuracy: own } of classes as { recall: number; accuracy: number }[]) {
      expect(recall).toBe(own);
    }
    expect(total).toBe(94);
    expect(perClass.map(({ name }) => name)).toEqual(BALANCED_CLASSES);
    expect(mergedAccuracy).toBeGreaterThanOrEqual(accuracy);
  });

  it('--part val and train read the images that training had set apart', () => {
    const { valLoss: loss, valAccuracy: accuracy } = jsonLines(real.train)[0];
    expect(numbers(real.validation)).toMatchObject({ total: 47, loss, accuracy });
    expect(numbers(real.training)).toMatchObject({ total: 141 });
  });

  it('--limit reads the first so many images of the part', () => {
    const [{ total, perClass }] = jsonLines(real.few);
    expect(total).toBe(10);
    const read = (perClass as ClassScore[]).filter((one) => one.total > 0).map(({ name }) => name);
    expect(read).toEqual(BALANCED_CLASSES.slice(0, 10));
    // Cut from the first ten images of the training file, the validation part would be empty.
    expect(numbers(real.fewOfValidation)).toMatchObject({ total: 10, part: 'val' });
  });

  it('without --json tells people what they want to know, on stdout', () => {
    const { stdout, stderr } = real.prose;
    const { accuracy, correct, total } = jsonLines(real.test)[0];
    expect(stdout).toContain('EMNIST balanced test, 94 images, 47 classes');
    expect(stdout).toContain(
      `${(100 * Number(accuracy)).toFixed(2)} %  (${correct as number} of ${total as number}; 95 % interval`,
    );
    expect(stdout).toMatch(/merged .*top 3 .*macro F1 .*loss .*calibration .*hardest .*confused /s);
    expect(stdout).not.toContain('{');
    expect(stderr).toBe('');
  });
});

describe('eval --out', () => {
  it('writes pictures that can be decoded and a report that names the numbers', () => {
    const written = ['calibration.png', 'confusion.png', 'report.html', 'worst.png'];
    expect(readdirSync(at('real', 'about', 'test')).sort()).toEqual(written);
    for (const name of written.filter((file) => file.endsWith('.png'))) {
      const { width, height, data } = decode(readFileSync(at('real', 'about', 'test', name)));
      expect(Math.min(width, height), name).toBeGreaterThan(300);
      expect(new Set(data).size, `${name} is blank`).toBeGreaterThan(5);
    }
    const report = readFileSync(at('real', 'about', 'test', 'report.html'), 'utf8');
    const { correct } = jsonLines(real.test)[0];
    expect(report).toContain(`${correct as number} of 94; 95 % interval`);
    expect(report.match(/data:image\/png;base64/g)).toHaveLength(3);
    expect(real.pictures.stdout).toContain(join('about', 'test', 'report.html'));
  });

  it('refuses a folder with something in it', () => {
    expect(real.again).toMatchObject({ code: 2, stdout: '' });
    expect(real.again.stderr).toMatch(/--out about: this folder is not empty/);
  });
});

describe('the letters split', () => {
  it('trains on labels that begin with 1', () => {
    const { stdout } = letters.train;
    expect(stdout).toMatch(/EMNIST letters train, training part: \d+ images, 26 classes/);
    expect(stdout).toMatch(/epoch {2}1\/1 .*best .*new\/folder\/best\.safetensors.*next .*inkgrad eval/s);
    expect(stdout).not.toContain('SYNTHETIC');
  });

  it('evaluates the 26 classes', () => {
    const [{ total, perClass }] = jsonLines(letters.test);
    expect(total).toBe(52);
    expect(perClass).toMatchObject(Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (name) => ({ name, total: 2 })));
  });
});

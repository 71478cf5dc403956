// Tests `inkgrad train --recipe best` on a few characters: its output and files, and that the saved
// model is the validated one. Runs the built program.

import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECIPES } from '../../src/app/training/recipes.js';
import { selectImages } from '../../src/data/loading/imageDataset.js';
import { decodeSafetensors, type SafetensorsFile } from '../../src/nn/index.js';
import { drawn, inkgrad, jsonLines, makeFolder, writeEmnist, type Finished } from './support.js';

const COMMANDS = {
  train:
    'train --recipe best --shift 0 --data train --val-fraction 0.25 --epochs 2 --seed 5 --out ours --json',
  validation: 'eval --model ours/best.safetensors --data train --part val --json',
  prose: 'eval --model ours/best.safetensors --data train --part val',
  calibrate: 'eval --model ours/best.safetensors --data train --part val --json --calibrate',
  more: 'train --resume ours --epochs 3 --data train',
  other: 'train --resume ours --recipe original --data train',
  unknown: 'train --recipe bset --data train',
  beyond: 'train --rotation 181 --data train',
  two: 'train --convolutions 1,2 --data train',
};

let folder: string;
const runs = {} as Record<keyof typeof COMMANDS, Finished>;

beforeAll(async () => {
  folder = await makeFolder();
  // Digits are three times as frequent as letters, so class frequencies matter.
  const even = drawn('balanced', 188, 'train');
  const indices = Array.from(even.labels, (label, i) => (label < 10 ? [i, i, i] : [i])).flat();
  await writeEmnist(join(folder, 'train'), selectImages(even, indices), {
    split: 'balanced',
    firstLabel: 0,
    part: 'train',
  });
  for (const [name, command] of Object.entries(COMMANDS)) {
    runs[name as keyof typeof COMMANDS] = await inkgrad(folder, command);
  }
});
afterAll(() => rm(folder, { recursive: true }));

const tensorsIn = (file: string): SafetensorsFile['tensors'] =>
  decodeSafetensors(readFileSync(join(folder, 'ours', file))).tensors;
const namesIn = (file: string): string[] => Object.keys(tensorsIn(file));

describe('train --recipe best', () => {
  it('stores the recipe with the changed options in config.json', () => {
    expect(runs.train.code, runs.train.stderr).toBe(0);
    const { settings } = JSON.parse(readFileSync(join(folder, 'ours', 'config.json'), 'utf8')) as {
      settings: object;
    };
    expect(settings).toMatchObject({
      ...RECIPES.best,
      recipe: 'best',
      shift: 0,
      epochs: 2,
      valFraction: 0.25,
    });
    expect(runs.train.stderr).toMatch(/recipe {4}best: AdamW .*one-cycle/);
    expect(runs.train.stderr).toContain('weight average 0.999');
    expect(runs.train.stderr).toContain('network   585263 parameters');
    expect(runs.train.stderr).toContain('1,2,2 convolutions per block');
    expect(runs.train.stderr).not.toContain('shift');
  });

  it('the model contains the averaged weights that were validated last, the checkpoint contains both', () => {
    const [epochs, end] = [jsonLines(runs.train).slice(0, -1), jsonLines(runs.train).at(-1)!];
    const { valAccuracy, temperature } = end;
    expect(epochs).toHaveLength(2);
    expect(end).toMatchObject({ modelEpoch: 2 });
    expect(jsonLines(runs.validation)[0]).toMatchObject({ accuracy: valAccuracy, temperature });
    expect(jsonLines(runs.calibrate)[0]).toMatchObject({ temperature });
    expect(runs.train.stderr).toMatch(
      /precise {3}batch-norm statistics of \d+ unaugmented images: validation accuracy/,
    );
    const report = readFileSync(join(folder, 'ours', 'report.html'), 'utf8');
    expect(report).toMatch(
      /Precise batch norm: batch-norm statistics of \d+ unaugmented images: validation accuracy/,
    );
    expect(runs.prose.stdout).toMatch(/validation part, with class priors, 67 images/);
    const weight = 'conv_layers.0.weight';
    expect(namesIn('last.safetensors')).toEqual(
      expect.arrayContaining([weight, `average.${weight}`]),
    );
    expect(namesIn('best.safetensors')).toContain(weight);
    expect(namesIn('best.safetensors').filter((name) => name.startsWith('average.'))).toEqual([]);
    const [best, last] = ['best.safetensors', 'last.safetensors'].map((file) => tensorsIn(file));
    expect(best[weight].data).toEqual(last[`average.${weight}`].data);
    const mean = 'conv_layers.1.running_mean'; // precise batch norm, only in the model
    expect(best[mean].data).not.toEqual(last[`average.${mean}`].data);
  });

  it('rejects more epochs or another recipe on resuming, with code 2', () => {
    for (const [run, command] of [
      [runs.more, '--epochs 3 contradicts --resume ours'],
      [runs.other, '--recipe original contradicts --resume ours'],
    ] as const) {
      expect(run.code).toBe(2);
      expect(run.stderr).toContain(command);
    }
  });
});

it('an invalid recipe or number is rejected with the valid values', () => {
  expect(runs.unknown).toMatchObject({ code: 2, stdout: '' });
  expect(runs.unknown.stderr).toContain('did you mean best?');
  expect(runs.beyond.code).toBe(2);
  expect(runs.beyond.stderr).toContain('--rotation must be from 0 to 180');
  expect(runs.two).toMatchObject({ code: 2, stdout: '' });
  expect(runs.two.stderr).toContain(
    '--convolutions must be three numbers from 1 to 3, such as 1,2,1, got 1,2',
  );
});

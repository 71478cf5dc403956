// Tests `inkgrad eval` on a few characters: its numbers against the same computation in this
// process, its charts and its report. Runs the built program.

import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate, type Evaluation } from '../../src/app/evaluation/evaluate.js';
import type { ClassScore } from '../../src/app/evaluation/accuracy.js';
import { loadModel, storeCalibration } from '../../src/app/model/modelFile.js';
import { decodeSafetensors } from '../../src/nn/index.js';
import { BALANCED_CLASSES } from '../../src/data/emnist/splits.js';
import { wasm, withFreshBackend } from '../support/backends.js';
import { drawn, inkgrad, jsonLines, makeFolder, writeEmnist, type Finished } from './support.js';

const PART = 'eval --model ours/best.safetensors --json';
const COMMANDS = {
  train: 'train --data train --val-fraction 0.25 --epochs 1 --seed 5 --out ours --json',
  test: `${PART} --data test`,
  few: `${PART} --data test --limit 10`,
  validation: `${PART} --data train --part val`,
  fewOfValidation: `${PART} --data train --part val --limit 10`,
  training: `${PART} --data train --part train`,
  prose: 'eval --model ours/best.safetensors --data test',
  pictures: 'eval --model ours/best.safetensors --data test --out about/test',
  again: `${PART} --data test --out about`,
  elsewhere: `${PART} --data elsewhere --part val`,
  calibrate: 'eval --model ours/other.safetensors --json --data train --part val --calibrate',
};

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const runs = {} as Record<keyof typeof COMMANDS, Finished>;

beforeAll(async () => {
  folder = await makeFolder();
  const balanced = { split: 'balanced', firstLabel: 0 } as const;
  await writeEmnist(at('train'), drawn('balanced', 188, 'train'), { ...balanced, part: 'train' });
  await writeEmnist(at('elsewhere'), drawn('balanced', 188, 'test'), {
    ...balanced,
    part: 'train',
  });
  await writeEmnist(at('test'), drawn('balanced', 94, 'test'), { ...balanced, part: 'test' });
  for (const [name, command] of Object.entries(COMMANDS)) {
    runs[name as keyof typeof COMMANDS] = await inkgrad(folder, command);
    if (name !== 'train') continue;
    await copyFile(at('ours', 'best.safetensors'), at('ours', 'other.safetensors'));
    await storeCalibration(at('ours', 'other.safetensors'), { temperature: 3 });
  }
});
afterAll(() => rm(folder, { recursive: true }));

it('every command ends with code 0, overwriting with 2, and other validation images with 3', () => {
  for (const [name, { code, stderr }] of Object.entries(runs)) {
    expect(code, `${name}: ${stderr}`).toBe({ again: 2, elsewhere: 3 }[name] ?? 0);
  }
});

it('train writes a model without optimizer state', () => {
  const { tensors, metadata } = decodeSafetensors(readFileSync(at('ours', 'best.safetensors')));
  expect(Object.keys(tensors).filter((name) => !/^(conv|fc)_layers\./.test(name))).toEqual([]);
  expect(Object.keys(metadata).filter((name) => !/^(extra|inkgrad|sha256)$/.test(name))).toEqual(
    [],
  );
});

it('--part val rejects images that are not the validation images of the run', () => {
  expect(runs.elsewhere.stdout).toBe('');
  expect(runs.elsewhere.stderr).toMatch(
    /these are not the validation images of model ours.*--data/,
  );
  expect(runs.validation.stderr).not.toContain('note');
});

describe('eval', () => {
  const numbers = (run: Finished): object => {
    const [result, ...more] = jsonLines(run);
    expect(more).toEqual([]);
    return result;
  };

  it('--json prints one object with the documented fields', async () => {
    // The characters as generated; the CLI has read them back from transposed files.
    const { accuracy, correct, total, loss, mergedAccuracy, perClass } = await withFreshBackend(
      wasm(1).make,
      async (): Promise<Evaluation> => {
        const { model } = await loadModel(at('ours', 'best.safetensors'));
        const result = await evaluate(model, drawn('balanced', 94, 'test'));
        model.dispose();
        return result;
      },
    );
    expect(numbers(runs.test)).toMatchObject({
      model: join('ours', 'best.safetensors'),
      data: 'EMNIST balanced test',
      part: 'test',
      accuracy,
      correct,
      total,
      loss,
      mergedAccuracy,
      perClass,
    });
    expect(Object.keys(numbers(runs.test))).toEqual([
      'model',
      'data',
      'part',
      'accuracy',
      'accuracyInterval',
      'correct',
      'total',
      'loss',
      'mergedAccuracy',
      'balancedAccuracy',
      'top3Accuracy',
      'macroF1',
      'temperature',
      'calibrationError',
      'uncalibratedError',
      'calibration',
      'statements',
      'confusedPairs',
      'perClass',
    ]);
    const [{ accuracyInterval, calibrationError, top3Accuracy, perClass: classes }] = jsonLines(
      runs.test,
    );
    const { low, high } = accuracyInterval as { low: number; high: number };
    expect(low).toBeLessThanOrEqual(accuracy);
    expect(high).toBeGreaterThanOrEqual(accuracy);
    expect(top3Accuracy).toBeGreaterThanOrEqual(accuracy);
    expect(calibrationError).toBeGreaterThan(0);
    for (const { recall, accuracy: classAccuracy } of classes as {
      recall: number;
      accuracy: number;
    }[]) {
      expect(recall).toBe(classAccuracy);
    }
    expect(total).toBe(94);
    expect(perClass.map(({ name }) => name)).toEqual(BALANCED_CLASSES);
    expect(mergedAccuracy).toBeGreaterThanOrEqual(accuracy);
  });

  it('--part val and train use the split of training', () => {
    const { valLoss: loss, valAccuracy: accuracy } = jsonLines(runs.train)[0];
    expect(numbers(runs.validation)).toMatchObject({ total: 47, loss, accuracy });
    expect(numbers(runs.training)).toMatchObject({ total: 141 });
  });

  it('--limit uses the first images of the part', () => {
    const [{ total, perClass }] = jsonLines(runs.few);
    expect(total).toBe(10);
    const scoredNames = (perClass as ClassScore[])
      .filter((one) => one.total > 0)
      .map(({ name }) => name);
    expect(scoredNames).toEqual(BALANCED_CLASSES.slice(0, 10));
    // If --limit applied to the training file, the validation part would be empty.
    expect(numbers(runs.fewOfValidation)).toMatchObject({ total: 10, part: 'val' });
  });

  it('without --json prints a summary on stdout', () => {
    const { stdout, stderr } = runs.prose;
    const { accuracy, correct, total } = jsonLines(runs.test)[0];
    expect(stdout).toContain('EMNIST balanced test, 94 images, 47 classes');
    expect(stdout).toContain(
      `${(100 * Number(accuracy)).toFixed(2)} %  (${correct as number} of ${total as number}; 95 % interval`,
    );
    expect(stdout).toMatch(/merged .*top 3 .*macro F1 .*loss .*calibration .*hardest .*confused /s);
    expect(stdout).not.toContain('{');
    expect(stderr).toBe('');
  });
});

describe('the temperature', () => {
  it('stays 1 with fewer than 500 validation images, and train says so', () => {
    const [{ temperature, calibrationError, uncalibratedError }] = jsonLines(runs.validation);
    expect(jsonLines(runs.train).at(-1)).toMatchObject({ event: 'end', temperature: 1 });
    expect(temperature).toBe(1);
    expect(calibrationError).toBe(uncalibratedError);
    expect(runs.train.stderr).toContain('temperature 1 (fewer than 500 validation images)');
  });

  it('--calibrate stores the same value and changes nothing else in the file', () => {
    expect(jsonLines(runs.calibrate)).toEqual([
      { ...jsonLines(runs.validation)[0], model: join('ours', 'other.safetensors') },
    ]);
    const [best, other] = ['best', 'other'].map((name) =>
      readFileSync(at('ours', `${name}.safetensors`)),
    );
    expect(other.equals(best)).toBe(true);
  });
});

describe('eval --out', () => {
  it('writes valid images and a report with the numbers', () => {
    const written = ['calibration.png', 'confusion.png', 'report.html', 'worst.png'];
    expect(readdirSync(at('about', 'test')).sort()).toEqual(written);
    for (const name of written.filter((file) => file.endsWith('.png'))) {
      const { width, height, data } = decode(readFileSync(at('about', 'test', name)));
      expect(Math.min(width, height), name).toBeGreaterThan(300);
      expect(new Set(data).size, `${name} is blank`).toBeGreaterThan(5);
    }
    const report = readFileSync(at('about', 'test', 'report.html'), 'utf8');
    const { correct } = jsonLines(runs.test)[0];
    expect(report).toContain(`${correct as number} of 94; 95 % interval`);
    expect(report.match(/<svg role="img"/g)).toHaveLength(3);
    expect(runs.pictures.stdout).toContain(join('about', 'test', 'report.html'));
  });

  it('rejects a folder that is not empty', () => {
    expect(runs.again).toMatchObject({ code: 2, stdout: '' });
    expect(runs.again.stderr).toMatch(/--out about: the folder is not empty/);
  });
});

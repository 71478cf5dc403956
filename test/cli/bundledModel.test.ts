// Tests that every command that reads a model works in an empty folder, with the bundled model, and
// accepts the folder of a run. Runs the built program.

import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHIPPED_MODEL } from '../../src/app/model/shippedModel.js';
import { drawing, drawLarge, gray } from '../data/images.js';
import { digest } from '../app/support.js';
import { grayPng } from '../support/imageFiles.js';
import { drawn, inkgrad, jsonLines, makeFolder, writeEmnist } from './support.js';

const NOTE = '*** Using the bundled model';
let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const shipped = fileURLToPath(SHIPPED_MODEL);

beforeAll(async () => {
  folder = await makeFolder();
  await mkdir(at('empty'));
  const coverage = drawLarge(drawing(20, 10));
  const pixels = gray(coverage, (ink) => 255 - 255 * ink).data as Uint8Array;
  await writeFile(at('A.png'), grayPng(pixels, coverage.width, coverage.height));
  const test = { split: 'balanced', part: 'test', firstLabel: 0 } as const;
  await writeEmnist(at('test'), drawn('balanced', 47, 'test'), test);
});
afterAll(() => rm(folder, { recursive: true }));

describe('in an empty folder, the bundled model is used by', () => {
  const run = (command: string): ReturnType<typeof inkgrad> => inkgrad(at('empty'), command);

  it('predict', async () => {
    const done = await run('predict ../A.png --json');
    expect(done.code, done.stderr).toBe(0);
    expect(done.stderr).toContain(NOTE);
    expect(jsonLines(done)[0]).toMatchObject({ read: ['A'] });
  });

  it('eval, which does not calibrate it', async () => {
    const done = await run('eval --data ../test');
    expect(done.code, done.stderr).toBe(0);
    expect(done.stderr).toContain(NOTE);
    expect(done.stdout).toContain('the bundled model on EMNIST balanced test, 47 images');
    const before = digest(await readFile(shipped));
    const refused = await run('eval --data ../test --calibrate');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('the bundled model must not change; pass another one');
    expect(digest(await readFile(shipped))).toBe(before);
  });

  it('info', async () => {
    const done = await run('info --json');
    expect(done.code, done.stderr).toBe(0);
    expect(done.stderr).toContain(NOTE);
    expect(jsonLines(done)[0]).toMatchObject({ sha256: digest(await readFile(shipped)) });
  });

  it('export, which writes to the current folder, under a free name', async () => {
    for (const out of ['character.onnx', 'character-2.onnx']) {
      const done = await run('export --to onnx --json');
      expect(done.code, done.stderr).toBe(0);
      expect(done.stderr).toContain(NOTE);
      expect(jsonLines(done)[0]).toMatchObject({ out });
    }
    expect(await readdir(at('empty'))).toEqual(['character-2.onnx', 'character.onnx']);
  });
});

it('accepts the folder of a run as a model', async () => {
  await mkdir(at('run'));
  await copyFile(shipped, at('run', 'best.safetensors'));
  const path = join('run', 'best.safetensors');
  for (const command of ['info run', 'info --model run']) {
    expect(jsonLines(await inkgrad(folder, `${command} --json`))[0]).toMatchObject({ file: path });
  }
  for (const command of ['export run', 'export --model run']) {
    const [done] = jsonLines(await inkgrad(folder, `${command} --to pth --json`));
    expect(done).toMatchObject({ model: path });
  }
  expect((await readdir(at('run'))).sort()).toEqual(['best-2.pth', 'best.pth', 'best.safetensors']);
  const done = await inkgrad(folder, 'predict A.png --model run --json');
  expect(jsonLines(done)[0]).toMatchObject({ read: ['A'] });
  const none = await inkgrad(folder, 'predict A.png --model empty --json');
  expect(none).toMatchObject({ code: 4, stdout: '' });
  expect(none.stderr).toContain('model empty: the folder contains no best.safetensors');
});

// Tests which model a command uses: the one given, the newest run's, or the bundled one.

import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findModel, modelPath } from '../../../src/app/model/findModel.js';
import { SHIPPED_MODEL } from '../../../src/app/model/shippedModel.js';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkgrad-find-'));
  for (const [name, time] of [
    ['1', 3000],
    ['2', 5000],
    ['3', 4000],
  ] as const) {
    await mkdir(at('runs', name), { recursive: true });
    await writeFile(at('runs', name, 'best.safetensors'), '');
    await utimes(at('runs', name, 'best.safetensors'), time, time);
  }
  await mkdir(at('runs', 'unfinished'));
  await writeFile(at('runs', 'a-file'), '');
});
afterAll(() => rm(folder, { recursive: true }));

it('uses the given file, without a note', async () => {
  const found = await findModel(at('gone.safetensors'), at('runs'));
  expect(found).toMatchObject({ path: at('gone.safetensors'), bundled: false, note: null });
});

it('uses the model in the folder of a given run', async () => {
  const found = await findModel(at('runs', '1'), at('runs'));
  expect(found).toMatchObject({ path: at('runs', '1', 'best.safetensors'), note: null });
  expect(await modelPath(at('runs', '3'))).toBe(at('runs', '3', 'best.safetensors'));
});

it('rejects a folder without a model', async () => {
  await expect(findModel(at('runs', 'unfinished'))).rejects.toThrow(
    'unfinished: the folder contains no best.safetensors; pass a model file, or the folder',
  );
});

it('uses the newest model among the runs, and says so', async () => {
  const found = await findModel(undefined, at('runs'));
  expect(found).toMatchObject({ path: at('runs', '2', 'best.safetensors'), bundled: false });
  expect(found.note).toContain(`${at('runs', '2', 'best.safetensors')}, the newest model`);
});

it('uses the bundled model if there is no run, and says so', async () => {
  for (const runs of [at('nowhere'), at('runs', 'unfinished')]) {
    const found = await findModel(undefined, runs);
    expect(found).toMatchObject({ path: fileURLToPath(SHIPPED_MODEL), bundled: true });
    expect(found.note).toContain('the bundled model');
  }
});

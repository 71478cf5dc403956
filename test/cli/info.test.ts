// Tests the output of `inkgrad info` for a trained model and for an imported one. Runs the built
// program.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportModel } from '../../src/app/model/exportModel.js';
import { saveCheckpoint } from '../../src/app/model/modelFile.js';
import { BALANCED_CLASSES } from '../../src/data/emnist/splits.js';
import { digest, onWasm, tinyTrainer } from '../app/support.js';
import { randomNetwork } from '../formats/models.js';
import { inkgrad, jsonLines, makeFolder } from './support.js';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = await makeFolder();
  await mkdir(at('run'));
  await onWasm(async () => {
    const model = randomNetwork(47);
    const classes = [...BALANCED_CLASSES.slice(0, 46), '\u001b[31m'];
    await writeFile(at('ours.pth'), await exportModel({ model, classes, data: 'noise' }, 'pth'));
    model.dispose();

    const trainer = tinyTrainer({ learningRate: 0.002 });
    const about = {
      data: 'synthetic characters',
      synthetic: true,
      seed: 9,
      valFraction: 0.5,
      limit: 94,
    };
    await saveCheckpoint(at('run', 'last.safetensors'), trainer, {
      ...about,
      classes: BALANCED_CLASSES,
    });
    trainer.dispose();
  })();
});
afterAll(() => rm(folder, { recursive: true }));

it('prints parameters, shapes, multiply-adds and the digest of the file', async () => {
  const done = await inkgrad(folder, 'info ours.pth --json');
  expect(done.code, done.stderr).toBe(0);
  const [summary] = jsonLines(done);
  expect(summary).toMatchObject({
    format: 'pth',
    sha256: digest(await readFile(at('ours.pth'))),
    parameters: 400_367,
    // 28 * 28 * 32 * 9 + 14 * 14 * 64 * 32 * 9 + 7 * 7 * 128 * 64 * 9 + 1152 * 256 + 256 * 47
    multiplyAdds: 7_758_080,
    training: { origin: 'pytorch' },
  });
  const layers = summary.layers as { name: string; parameters: number }[];
  expect(layers).toHaveLength(17);
  expect(layers[4]).toEqual({
    name: 'conv_layers.4',
    layer: 'Conv2d(32, 64, kernelSize=3, padding=1)',
    output: [64, 14, 14],
    parameters: 64 * 32 * 9 + 64,
    multiplyAdds: 3_612_672,
  });
  expect(layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(400_367);
});

it('prints a table, and escapes terminal control sequences of the file', async () => {
  const { code, stdout } = await inkgrad(folder, 'info ours.pth');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^conv_layers\.4 +Conv2d\(32, 64, kernelSize=3, padding=1\) +64 x 14 x 14 +18,496 +3,612,672$/m,
  );
  expect(stdout).toContain('400,367 parameters, 7.76 million multiply-adds per image');
  expect(stdout).toContain('classes   47: 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqr?[31m');
  expect(stdout).not.toContain('\u001b');
});

it('describes how a model was trained, from its file and the config of its run', async () => {
  const config = {
    settings: { dropout: 0.5 },
    sittings: [{ backend: 'wasm (base SIMD, 2 threads)' }],
  };
  await writeFile(at('run', 'config.json'), JSON.stringify(config));
  const { stdout } = await inkgrad(folder, 'info run/last.safetensors');
  expect(stdout).toMatch(
    /^trained +.*data synthetic characters.*progress\.epoch 0.*seed 9.*synthetic true/m,
  );
  expect(stdout).toMatch(/^optimizer +.*lr 0\.002.*type adam/im);
  expect(stdout).toMatch(/^recipe +dropout 0\.5$/m);
  expect(stdout).toMatch(/^where +backend wasm \(base SIMD, 2 threads\)$/m);
  await writeFile(at('run', 'config.json'), '{"settings": {"drop');
  const damaged = await inkgrad(folder, 'info run/last.safetensors');
  expect(damaged.code).toBe(0);
  expect(damaged.stdout).not.toContain('recipe');
});

// Tests `inkgrad import` and `inkgrad export`: files, output and errors. Runs the built program.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportModel } from '../../src/app/model/exportModel.js';
import { loadModel } from '../../src/app/model/modelFile.js';
import { decodeSafetensors } from '../../src/nn/index.js';
import { modelArrays } from '../../src/nn/saving/serialize.js';
import { BALANCED_CLASSES } from '../../src/data/emnist/splits.js';
import { digest, onWasm } from '../app/support.js';
import { largestDifference, logitsOf, randomNetwork, randomImages } from '../formats/models.js';
import { inkgrad, jsonLines, makeFolder, type Finished } from './support.js';

/** Sources of the exported PyTorch project. */
const TEMPLATES = 'src/app/formats/pytorchProject';

let folder: string;
const at = (name: string): string => join(folder, name);
const run = (command: string): Promise<Finished> => inkgrad(folder, command);

beforeAll(async () => {
  folder = await makeFolder();
  await onWasm(async () => {
    const model = randomNetwork(47);
    const exported = { model, classes: BALANCED_CLASSES, data: 'noise' };
    for (const format of ['safetensors', 'pth'] as const) {
      await writeFile(at(`ours.${format}`), await exportModel(exported, format));
    }
    model.dispose();
  })();
});
afterAll(() => rm(folder, { recursive: true }));

describe('import', () => {
  it('writes the same weights next to the file and describes its input', async () => {
    const done = await run('import ours.pth --out read.safetensors --json');
    expect(done.code, done.stderr).toBe(0);
    const [summary] = jsonLines(done);
    const bytes = await readFile(at('read.safetensors'));
    expect(summary).toMatchObject({
      file: 'ours.pth',
      format: 'pth',
      sha256: digest(await readFile(at('ours.pth'))),
      classes: BALANCED_CLASSES,
      ignored: [],
      out: 'read.safetensors',
      outSha256: digest(bytes),
    });
    const arrays = summary.arrays as { name: string; shape: number[] }[];
    expect(arrays).toHaveLength(25);
    expect(arrays).toContainEqual({ name: 'fc_layers.3.weight', shape: [47, 256] });

    const expected = decodeSafetensors(await readFile(at('ours.safetensors'))).tensors;
    const actual = decodeSafetensors(bytes).tensors;
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const [name, { data }] of Object.entries(expected)) {
      expect(Buffer.from(actual[name].data.buffer).equals(Buffer.from(data.buffer)), name).toBe(
        true,
      );
    }
  });

  it('inverts export, bit for bit', async () => {
    for (const command of [
      'import ours.pth --out one.safetensors',
      'export one.safetensors --to pth --out two.pth',
      'import two.pth',
    ]) {
      expect(await run(command)).toMatchObject({ code: 0 });
    }
    expect(digest(await readFile(at('two.safetensors')))).toBe(
      digest(await readFile(at('one.safetensors'))),
    );
  });

  it('describes its input as text', async () => {
    const { stdout } = await run('import ours.pth --out words.safetensors');
    expect(stdout).toMatch(/^read {6}ours\.pth {2}\(PyTorch, sha256 [0-9a-f]{64}\)$/m);
    expect(stdout).toMatch(/conv_layers\.4\.weight +64 x 32 x 3 x 3/);
    expect(stdout).toContain('classes   47: 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt');
  });

  it('rejects a file that is not a PyTorch file', async () => {
    const done = await run('import ours.safetensors --out x.safetensors');
    expect(done).toMatchObject({ code: 4, stdout: '' });
    expect(done.stderr).toContain(
      'is a safetensors file, which needs no import; every command accepts it',
    );
  });
});

describe('export', () => {
  it.each(['onnx', 'safetensors', 'pth'])(
    'writes %s next to the model and prints its digest',
    async (format) => {
      await writeFile(at(`${format}-model.st`), await readFile(at('ours.safetensors')));
      const done = await run(`export ${format}-model.st --to ${format} --json`);
      expect(done.code, done.stderr).toBe(0);
      const [summary] = jsonLines(done);
      const bytes = await readFile(at(`${format}-model.${format}`));
      expect(summary).toMatchObject({
        to: format,
        bytes: bytes.length,
        sha256: digest(bytes),
        classes: BALANCED_CLASSES,
      });
    },
  );

  it.each(['float32', 'float16', 'int8'] as const)(
    'writes %s weights, which load like any other model',
    async (weights) => {
      const name = `${weights}.safetensors`;
      const done = await run(
        `export ours.safetensors --to safetensors --weights ${weights} --out ${name}`,
      );
      expect(done.code, done.stderr).toBe(0);
      const bytes = await readFile(at(name));
      const maxBytes = { float32: 1_620_000, float16: 815_000, int8: 415_000 }[weights];
      expect(bytes.length).toBeLessThan(maxBytes);
      expect(bytes.length).toBeGreaterThan(0.95 * maxBytes);
      const expected = decodeSafetensors(await readFile(at('ours.safetensors'))).tensors;
      const actual = modelArrays(decodeSafetensors(bytes).tensors);
      expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
      for (const [name, { shape, data }] of Object.entries(expected)) {
        expect(actual[name].shape).toEqual(shape);
        const largest = largestDifference(data, new Float32Array(data.length));
        const allowed = (value: number): number => {
          if (shape.length < 2) return 0; // biases and statistics are unchanged
          if (weights === 'int8') return (largest / 127 / 2) * 1.0001;
          return weights === 'float16' ? 2 ** -11 * Math.max(Math.abs(value), 2 ** -14) : 0;
        };
        const far = data.findIndex(
          (value, i) => Math.abs(actual[name].data[i] - value) > allowed(value),
        );
        expect([name, far]).toEqual([name, -1]);
      }
    },
  );

  it.each([
    ['float16', 0.002],
    ['int8', 0.02],
  ] as const)(
    'writes a model with %s weights and nearly the same outputs',
    async (weights, tolerance) => {
      const summary = jsonLines(
        await run(`export ours.safetensors --to safetensors --weights ${weights} --json`),
      )[0];
      expect(summary).toMatchObject({
        out: `ours-${weights}.safetensors`,
        classes: BALANCED_CLASSES,
      });
      await onWasm(async () => {
        const logits = async (name: string): Promise<ArrayLike<number>> => {
          const { model } = await loadModel(at(name));
          const actual = await logitsOf(model, randomImages(20));
          model.dispose();
          return actual;
        };
        const [expected, actual] = [
          await logits('ours.safetensors'),
          await logits(`ours-${weights}.safetensors`),
        ];
        const difference = largestDifference(expected, actual);
        expect(difference).toBeGreaterThan(0);
        expect(difference).toBeLessThan(
          tolerance * largestDifference(expected, new Float32Array(expected.length)),
        );
      })();
      const info = await run(`info ours-${weights}.safetensors --json`);
      expect(info.code, info.stderr).toBe(0);
      expect(jsonLines(info)[0]).toMatchObject({
        bytes: summary.bytes,
        sha256: summary.sha256,
        parameters: 400_367,
      });
    },
  );

  it('accepts --weights only for safetensors, and only known formats', async () => {
    const refused = await run('export ours.safetensors --to onnx --weights int8');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('--weights int8 requires --to safetensors, got --to onnx');
    const misspelled = await run('export ours.safetensors --to safetensors --weights int9');
    expect(misspelled).toMatchObject({ code: 2, stdout: '' });
    expect(misspelled.stderr).toContain(
      'must be one of float32, float16, int8, got int9; did you mean int8?',
    );
  });

  it('writes a PyTorch project into the given folder, with the built program', async () => {
    const done = await run('export ours.pth --to pytorch some/project --json');
    expect(done.code, done.stderr).toBe(0);
    const sources = (await readdir(TEMPLATES)).filter((name) => /\.(py|md)$/.test(name));
    const files = [...sources.sort(), 'model.pth'];
    expect(jsonLines(done)[0]).toMatchObject({ to: 'pytorch', out: 'some/project', files });
    expect((await readdir(at('some/project'))).sort()).toEqual([...files].sort());
    expect(digest(await readFile(at('some/project/model.pth')))).toBe(
      digest(await readFile(at('ours.pth'))),
    );
    expect(await run('export ours.pth --to pytorch some/project')).toMatchObject({ code: 2 });
  });

  it('overwrites a file only with --force, and never the model itself', async () => {
    const before = await readFile(at('ours.safetensors'));
    for (const option of ['', ' --force']) {
      const [done] = jsonLines(
        await run(`export ours.safetensors --to safetensors --json${option}`),
      );
      expect(done.out).toBe(option === '' ? 'ours-2.safetensors' : 'ours-3.safetensors');
    }
    expect(digest(await readFile(at('ours.safetensors')))).toBe(digest(before));
    await writeFile(at('old.onnx'), 'old');
    expect(await run('export ours.pth --to onnx --out old.onnx')).toMatchObject({ code: 2 });
    expect(await run('export ours.pth --to onnx --out old.onnx --force')).toMatchObject({
      code: 0,
    });
    expect((await readFile(at('old.onnx'))).length).toBeGreaterThan(1_000_000);
  });

  it('suggests a correction for a misspelled format', async () => {
    const done = await run('export ours.pth --to ONX');
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(done.stderr).toMatch(
      /must be one of onnx, safetensors, pth, pytorch, got ONX; did you mean onnx\?/,
    );
    expect((await run('export ours.pth --to keras')).stderr).not.toContain('did you mean');
  });
});

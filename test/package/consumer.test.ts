// The packed package in an empty project: its files, its types, and the programs of the documents.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, RESOLUTIONS } from './types.js';
import { installPackage, programsIn, type Consumer } from './support.js';

const run = promisify(execFile);
let consumer: Consumer;
beforeAll(() => {
  consumer = installPackage(['gpu.js']);
});
afterAll(() => consumer.remove());

/** Largest archive that is published, in bytes. */
const MAX_ARCHIVE = 2_500_000;

/** The files that belong into the package. */
const INTENDED = [
  /^(package\.json|README\.md|LICENSE)$/,
  /^docs\/.*\.(md|png|svg|csv|txt)$/,
  /^examples\/(README\.md|(support\/)?\w+\.ts)$/,
  /^build\/simd\/(base|relaxed|wide)(-threads)?\.(js|d\.ts)$/,
  /^build\/simd\/interface\.(js|d\.ts)$/,
  /^dist\/(src|kernels)\/.*\.(js|d\.ts)$/,
  /^dist\/src\/app\/formats\/pytorchProject\/.*\.(py|md)$/,
  /^dist\/src\/app\/model\/shipped\/model\.safetensors$/,
];

describe('the archive', () => {
  it('contains only intended files', () => {
    const paths = consumer.report.files.map(({ path }) => path);
    expect(paths.filter((path) => !INTENDED.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(paths).toContain('dist/src/index.js');
    expect(paths).toContain('build/simd/relaxed-threads.js');
  });

  it('is small', () => {
    expect(consumer.report.size).toBeLessThan(MAX_ARCHIVE);
  });
});

const programs = programsIn('docs/adding-an-op.md');

/** Compiles the programs as files of the project; returns the errors. */
function compilePrograms(resolution: keyof typeof RESOLUTIONS): string[] {
  const files = programs.map((code, index) => consumer.write(`program${index}.ts`, code));
  return compile(files, resolution, consumer.folder);
}

const CHARACTERS = `
import { loadCharacterModel, recognize, train, type Recognition } from 'inkgrad/character';
import { readEmnist, readImage, saveStateFile } from 'inkgrad/node';

const model = await loadCharacterModel();
const result: Recognition | null = await recognize(model, [
  [0, 0, 60, 0],
  [{ x: 30, y: 0 }, { x: 30, y: 80 }],
]);
console.log(result?.characters.join());
await saveStateFile('state.safetensors', { model: model.network });
model.dispose();
export const unused = [
  async () => recognize(model, await readImage('a.png'), { invert: 'yes' }),
  async () => train({ data: await readEmnist({ dir: '.', split: 'balanced', part: 'train' }) }),
];
`;

describe('inkgrad/character and inkgrad/node', () => {
  it('compile in a strict project, and recognize a drawing', async () => {
    const file = consumer.write('characters.ts', CHARACTERS);
    expect(compile([file], 'bundler', consumer.folder)).toEqual([]);
    expect(compile([file], 'NodeNext', consumer.folder)).toEqual([]);
    const { stdout } = await run(process.execPath, ['characters.js'], { cwd: consumer.folder });
    expect(stdout).toBe('T\n');
  });
});

describe('README.md', () => {
  it('has a program that compiles and runs', async () => {
    const [program] = programsIn('README.md');
    const code = `${program}\nconsole.log(loss);\nprocess.exit(0);\n`;
    const file = consumer.write(
      'readme.ts',
      `declare const process: { exit(code: number): void };\n${code}`,
    );
    expect(compile([file], 'NodeNext', consumer.folder)).toEqual([]);
    const { stdout } = await run(process.execPath, ['readme.js'], { cwd: consumer.folder });
    expect(Number(stdout)).toBeGreaterThan(0);
  });
});

describe('docs/adding-an-op.md', () => {
  it('has two programs, which compile in a strict project', () => {
    expect(programs.length).toBe(2);
    expect(compilePrograms('bundler')).toEqual([]);
    expect(compilePrograms('NodeNext')).toEqual([]);
  });

  it('defines softplus, checks its gradient, and runs it on wasm and through gpu.js', async () => {
    const { stdout } = await run(process.execPath, ['program0.js'], { cwd: consumer.folder });
    const [check, ...results] = stdout.trim().split('\n');
    expect(check).toBe('15 derivatives agree');
    expect(results.map((line) => line.split(' ')[0])).toEqual(['wasm', 'gpu']);
    for (const line of results) {
      const values = line.split(' ').slice(-3).map(Number);
      const expected = [-1, 0, 1].map((x) => Math.log(1 + Math.exp(x)));
      values.forEach((value, index) => expect(value).toBeCloseTo(expected[index], 6));
    }
  });
});

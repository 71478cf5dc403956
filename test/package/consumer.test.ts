// The packed package in an empty project: its files, its types, and the programs of the documents.

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPrograms, programsIn, RUNNER, withExpectations } from './documents.js';
import { installPackage, type Consumer } from './support.js';
import { compile, type RESOLUTIONS } from './types.js';

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

/** Runs a compiled program of a document, and returns what it prints. */
async function runProgram(name: string): Promise<string> {
  const file = join(consumer.folder, `${name}.js`);
  writeFileSync(file, withExpectations(readFileSync(file, 'utf8')));
  consumer.write('runner.js', RUNNER);
  const { stdout } = await run(process.execPath, ['runner.js', `./${name}.js`], {
    cwd: consumer.folder,
  });
  return stdout;
}

const programs = allPrograms();

/** Compiles the programs as files of the project; returns the errors. */
function compilePrograms(resolution: keyof typeof RESOLUTIONS): string[] {
  const files = programs.map(({ code }, index) => consumer.write(`program${index}.ts`, code));
  return compile(files, resolution, consumer.folder);
}

describe('the programs of the documents', () => {
  it('compile in a strict project', () => {
    expect(programs.map(({ title }) => title.split(':')[0])).toEqual([
      'README.md',
      'docs/adding-an-op.md',
      'docs/adding-an-op.md',
      'docs/architecture.md',
      'docs/export.md',
    ]);
    expect(compilePrograms('bundler')).toEqual([]);
    expect(compilePrograms('NodeNext')).toEqual([]);
  });

  it.each(programs.map((program, index) => [program.title, index, program.output] as const))(
    '%s runs and prints what the document shows',
    async (_, index, output) => {
      const printed = await runProgram(`program${index}`);
      if (output !== null) expect(printed).toBe(output);
    },
  );

  it('a wrong output fails, and a block without a program is an error', async () => {
    consumer.write('wrong.js', 'console.log(1 + 1); // 3\n');
    await expect(runProgram('wrong')).rejects.toThrow('printed 2, the document says 3');
    expect(() => programsIn('a.md', '```ts\nconst x = 1;\n```\n')).toThrow('continues no program');
    const text =
      '<!-- with: const x = 1; -->\n\n```ts\nlog(x);\n```\n\nIt prints:\n\n```text\n1\n```\n';
    expect(programsIn('a.md', text)).toEqual([
      { title: 'a.md:1', code: 'const x = 1;\nlog(x);\n', output: '1\n' },
    ]);
  });
});

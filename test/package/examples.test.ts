// Runs the @example of every public export, and of every other doc comment, and compiles the public
// ones as a user's project would. An example that throws, prints something else, or leaks a buffer
// fails.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as character from '../../src/app/library/character.js';
import * as exporting from '../../src/app/library/export.js';
import * as node from '../../src/app/library/node.js';
import * as data from '../../src/data/index.js';
import { tensorMethods } from '../../src/engine/methods.js';
import * as inkgrad from '../../src/index.js';
import { freshBackend } from '../nn/support.js';
import { exampleIn, examplesIn, runExample } from '../support/examples.js';
import { docComment, publicExports, type PublicExport } from '../support/publicApi.js';
import { linkPackage } from './support.js';
import { compile } from './types.js';

const ROOT = new URL('../../', import.meta.url);

freshBackend();

/** All public values. */
const names = { ...inkgrad, ...data, ...node, ...character, ...exporting, tensorMethods };
const run = (code: string): Promise<void> => runExample(code, names);

const entries = [...publicExports()];
const withoutMain = entries.filter(([entry]) => entry !== 'inkgrad');

/** The examples of some exports, with their names. */
const examplesOf = (exports: readonly PublicExport[]): (readonly [string, string])[] =>
  exports
    .map((one) => [one.name, exampleIn(docComment(one))] as const)
    .filter((entry): entry is readonly [string, string] => entry[1] !== null);

const publicExamples = withoutMain.flatMap(([, exports]) => examplesOf(exports));

describe.each(withoutMain)('%s', (_, exports) => {
  const values = exports.filter(({ isType }) => !isType);

  it('has an example for every function, class and constant', () => {
    const missing = values.filter((one) => exampleIn(docComment(one)) === null);
    expect(missing.map(({ name, file }) => `${name} (${file})`)).toEqual([]);
  });

  it.each(examplesOf(exports))('%s', (name, code) => {
    expect(code).toContain(name);
    return run(code);
  });
});

/** The examples of doc comments that are not those of public exports, with their files. */
const otherExamples = ['kernels', 'src'].flatMap((folder) =>
  readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      const codes = examplesIn(readFileSync(new URL(path, ROOT), 'utf8'));
      return codes.map((code) => [path, code] as const);
    })
    .filter(([, code]) => publicExamples.every(([, one]) => one !== code)),
);

describe('other doc comments', () => {
  it.each(otherExamples)('%s', async (path, code) => {
    const exports = (await import(new URL(path, ROOT).href)) as object;
    await runExample(code, { ...names, ...exports });
  });

  it('include those of methods and of internal functions', () => {
    const paths = otherExamples.map(([path]) => path);
    expect(paths).toContain('src/nn/module.ts');
    expect(paths).toContain('src/engine/print.ts');
  });
});

/** An example as a module that imports the public names that it uses. */
function asModule(code: string): string {
  const words = new Set(code.match(/\w+/g));
  const imports = entries.flatMap(([entry, exports], index) => {
    const earlier = new Set(entries.slice(0, index).flatMap(([, all]) => all.map(nameOf)));
    const used = exports.map(nameOf).filter((name) => words.has(name) && !earlier.has(name));
    return used.length === 0 ? [] : [`import { ${used.join(', ')} } from '${entry}';`];
  });
  const print = 'declare function print(...values: readonly unknown[]): void;';
  return [...imports, print, 'export async function example(): Promise<void> {', code, '}'].join(
    '\n',
  );
}

const nameOf = ({ name }: PublicExport): string => name;

it('the public examples compile in a strict project', () => {
  const project = linkPackage();
  try {
    const files = publicExamples.map(([name, code], index) =>
      project.write(`${index}-${name}.ts`, asModule(code)),
    );
    const wrong = project.write('wrong.ts', asModule('print(add(zeros([2]), { alpha: 1 }));'));
    const errors = compile([...files, wrong], 'NodeNext', project.folder, { onlyProgram: true });
    expect(errors.filter((error) => !error.startsWith(wrong))).toEqual([]);
    expect(errors.length).toBe(1);
  } finally {
    project.remove();
  }
});

describe('the check of examples', () => {
  it('detects wrong output and accepts the correct one', async () => {
    await run('print([1, 0.123456]); // [1, 0.1235]');
    await expect(run('print([1, 2]); // [1, 3]')).rejects.toThrow();
    await expect(run('if (false) print(1);')).rejects.toThrow('nothing was printed');
    const call = 'scope(() => void add(zeros([2]), zeros([3])));';
    await expect(run(call)).rejects.toThrow(inkgrad.ShapeError);
  });
});

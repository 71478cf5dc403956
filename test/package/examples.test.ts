// Runs the @example of every public export. The code is compiled as TypeScript, with all public
// exports and a function `print` in scope. A comment after `print(...)` is the expected output. An
// example that throws, prints something else, or leaks a buffer fails.

import { createContext, Script } from 'node:vm';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as character from '../../src/app/library/character.js';
import * as node from '../../src/app/library/node.js';
import * as data from '../../src/data/index.js';
import { tensorMethods } from '../../src/engine/methods.js';
import * as inkgrad from '../../src/index.js';
import { freshBackend } from '../nn/support.js';
import { docComment, publicExports, type PublicExport } from '../support/publicApi.js';

freshBackend();

/** All public values. */
const names = { ...inkgrad, ...data, ...node, ...character, tensorMethods };

/** The code of an @example, up to the next tag or the end of the comment; null if there is none. */
function exampleIn(comment: string): string | null {
  const body = /^[ ]*\* @example(?:[ ]+(\S.*))?\n((?:[ ]*\*(?![/])(?! @).*\n)*)/m.exec(comment);
  if (body === null) return null;
  const lines = body[2].split('\n').map((line) => line.replace(/^[ ]*\*[ ]?/, ''));
  return [body.at(1), ...lines].join('\n').trim();
}

/** Text of a printed value on one line: numbers have at most 4 decimals. */
function render(value: unknown): string {
  if (typeof value === 'string') return value.replace(/\s+/g, ' ').replaceAll('[ ', '[');
  if (typeof value === 'number') return `${Number(value.toFixed(4))}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (ArrayBuffer.isView(value)) return render([...(value as Float32Array)]);
  if (Array.isArray(value)) return `[${value.map(render).join(', ')}]`;
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${render(field)}`);
  return `{ ${fields.join(', ')} }`;
}

/** Compares the output of each `print(...); // EXPECTED` with the comment. */
const withExpectations = (code: string): string =>
  code.replaceAll(
    /^(.*\bprint\(.*\);) \/\/ (.*)$/gm,
    (_, call: string, expected: string) => `${call} expectPrinted(${JSON.stringify(expected)});`,
  );

async function run(code: string): Promise<void> {
  let printed: string | null = null;
  const print = (...values: unknown[]): void => {
    printed = values.map(render).join(' ');
  };
  const expectPrinted = (expected: string): void => expect(printed).toBe(expected);
  const { outputText } = ts.transpileModule(`(async () => {\n${withExpectations(code)}\n})();`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const globals = { Float32Array, Float64Array, Uint8Array, Math, URL };
  const context = createContext({ ...globals, ...names, print, expectPrinted });
  await (new Script(outputText).runInContext(context) as Promise<void>);
  if (code.includes('print(')) expect(printed, 'nothing was printed').not.toBeNull();
}

const withoutMain = [...publicExports()].filter(([entry]) => entry !== 'inkgrad');

describe.each(withoutMain)('%s', (_, exports) => {
  const values = exports.filter(({ isType }) => !isType);

  it('has an example for every function, class and constant', () => {
    const missing = values.filter((one) => exampleIn(docComment(one)) === null);
    expect(missing.map(({ name, file }) => `${name} (${file})`)).toEqual([]);
  });

  const examples = exports
    .map((one: PublicExport) => [one.name, exampleIn(docComment(one))] as const)
    .filter((entry): entry is readonly [string, string] => entry[1] !== null);
  it.each(examples)('%s', (name, code) => {
    expect(code).toContain(name);
    return run(code);
  });
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

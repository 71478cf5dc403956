// Runs the @example of every doc comment in src/nn. An example that throws or leaks a buffer fails.
// The code is compiled as TypeScript, with the exports of engine and nn and a function `print` in
// scope.

import { readdirSync, readFileSync } from 'node:fs';
import { createContext, Script } from 'node:vm';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as engine from '../../src/engine/index.js';
import * as nn from '../../src/nn/index.js';
import { freshBackend } from './support.js';

const ROOT = new URL('../../src/nn/', import.meta.url);
freshBackend();

interface Example {
  readonly title: string;
  readonly code: string;
}

/** The code between `@example` and the next blank line, tag, or end of its comment. */
function examplesIn(file: string): Example[] {
  const text = readFileSync(new URL(file, ROOT), 'utf8');
  const matches = text.matchAll(
    /^[ ]*\* @example(?:[ ]+(\S.*))?\n((?:[ ]*\*(?![/])(?! @).*\n)*)/gm,
  );
  return Array.from(matches, ([, first, body], index) => ({
    title: `${file} ${index + 1}`,
    code: [first, ...body.split('\n').map((line) => line.replace(/^[ ]*\*[ ]?/, ''))].join('\n'),
  }));
}

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);
const examples = files.sort().flatMap(examplesIn);

describe('examples in doc comments', () => {
  it('are found: at least 20', () => {
    expect(examples.length).toBeGreaterThanOrEqual(20);
  });

  it.each(examples.map(({ title, code }) => [title, code]))('%s', async (_, code) => {
    const printed: unknown[] = [];
    const print = (...values: unknown[]): number => printed.push(...values);
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    const { outputText } = ts.transpileModule(`(async () => {\n${code}\n})();`, {
      compilerOptions,
    });
    const context = createContext({ ...engine, ...nn, ...(await internals()), print });
    await (new Script(outputText).runInContext(context) as Promise<void>);
    if (code.includes('print(')) expect(printed.length).toBeGreaterThan(0);
  });
});

/** Functions of src/nn that have examples but are not part of the public API. */
async function internals(): Promise<Record<string, unknown>> {
  return { ...(await import('../../src/nn/options.js')) };
}

// Code of the `@example` of a doc comment, and how it is run: as TypeScript, with the given names
// and a function `print` in scope. A comment after `print(...)` is the expected output.

import { createContext, Script } from 'node:vm';
import ts from 'typescript';
import { expect } from 'vitest';

/** The code of an @example, up to the next tag or the end of the comment; null if there is none. */
export function exampleIn(comment: string): string | null {
  const body = /^[ ]*\* @example(?:[ ]+(\S.*))?\n((?:[ ]*\*(?![/])(?! @).*\n)*)/m.exec(comment);
  if (body === null) return null;
  const lines = body[2].split('\n').map((line) => line.replace(/^[ ]*\*[ ]?/, ''));
  return [body.at(1), ...lines].join('\n').trim();
}

/** The code of every @example of a file. */
export const examplesIn = (source: string): string[] =>
  [...source.matchAll(/^ *\/\*\*$[\s\S]*?\*\/$/gm)]
    .map(([comment]) => exampleIn(comment))
    .filter((code) => code !== null);

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

/** Runs an example; it fails if it throws, or prints something else than its comments say. */
export async function runExample(code: string, names: object): Promise<void> {
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

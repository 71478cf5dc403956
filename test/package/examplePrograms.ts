// Compiles and runs the programs of examples/, and reads the output that their headers state.

import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';

const run = promisify(execFile);
const ROOT = new URL('../../', import.meta.url);

/** Names of the examples, without `.ts`. */
export const EXAMPLES = readdirSync(new URL('examples', ROOT))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));

/** Source of an example. */
export const sourceOf = (name: string): string =>
  readFileSync(new URL(`examples/${name}.ts`, ROOT), 'utf8');

/** Compiles all examples, without a type check, to where `npm run example` runs them. */
export function compileExamples(): void {
  const files = readdirSync(new URL('examples', ROOT), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const source = readFileSync(new URL(`examples/${file}`, ROOT), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        rewriteRelativeImportExtensions: true,
      },
    });
    const target = new URL(`dist/examples/${file.replace(/ts$/, 'js')}`, ROOT);
    mkdirSync(dirname(fileURLToPath(target)), { recursive: true });
    writeFileSync(target, outputText);
  }
}

/** The lines that a compiled example prints, without trailing spaces. `pytorch` finds no Python. */
export async function runExample(name: string, ...options: string[]): Promise<string[]> {
  const program = fileURLToPath(new URL(`dist/examples/${name}.js`, ROOT));
  const env = { ...process.env, PYTHON: 'no-python' };
  const { stdout } = await run(process.execPath, [program, ...options], { env });
  return linesOf(stdout);
}

/** The output of the full run as the header of an example states it, or null. */
export function statedOutput(source: string): string[] | null {
  const header = /^\/\/ Output:\n((?:\/\/.*\n)+)/m.exec(source);
  return header && linesOf(header[1].replaceAll(/^\/\/(?: {3})?/gm, ''));
}

const linesOf = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());

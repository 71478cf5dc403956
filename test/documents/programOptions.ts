// The options that a program of the repository accepts, read from its source: calls of `readOptions`
// (benchmarks) and `parseArgs`, and Python's `add_argument`. And the options of every command of
// inkgrad, from its parser.

import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import type { Argv } from 'yargs';
import { COMMANDS } from '../../src/app/commands/commandList.js';
import { createProgram } from '../../src/app/commands/program.js';

const ROOT = new URL('../../', import.meta.url);

/** Path of the source of a program: a compiled file has one in TypeScript. Null if there is none. */
export function sourceOf(path: string): string | null {
  const source = path.startsWith('dist/') ? path.slice(5).replace(/\.js$/, '.ts') : path;
  return existsSync(new URL(source, ROOT)) ? source : null;
}

/** Options of a program, without dashes. */
export function programOptions(source: string): ReadonlySet<string> {
  const text = readFileSync(new URL(source, ROOT), 'utf8');
  if (source.endsWith('.py')) {
    return new Set(Array.from(text.matchAll(/add_argument\("--([\w-]+)"/g), ([, name]) => name));
  }
  if (!/\b(?:readOptions|parseArgs)\(/.test(text)) return new Set();
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const table = optionTable(node.expression.getText(), node.arguments.at(0));
      for (const name of table) names.add(name);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(source, text, ts.ScriptTarget.ES2022, true));
  return names;
}

/** Names of the options in a call, in kebab case. */
function optionTable(callee: string, argument: ts.Expression | undefined): string[] {
  if (argument === undefined || !ts.isObjectLiteralExpression(argument)) return [];
  if (callee === 'readOptions') return keysOf(argument);
  if (callee !== 'parseArgs') return [];
  return argument.properties.flatMap((property) =>
    ts.isPropertyAssignment(property) &&
    property.name.getText() === 'options' &&
    ts.isObjectLiteralExpression(property.initializer)
      ? keysOf(property.initializer)
      : [],
  );
}

const keysOf = (object: ts.ObjectLiteralExpression): string[] =>
  object.properties
    .map(({ name }) => name)
    .filter((name) => name !== undefined)
    .map((name) => (ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : ''))
    .map((name) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));

/** Thrown in place of running a command. */
class Accepted extends Error {}

/** Why inkgrad rejects the arguments; null if it accepts them. Runs no command. */
export async function inkgradError(args: readonly string[]): Promise<string | null> {
  const program = await createProgram(args);
  const stop = (): never => {
    throw new Accepted();
  };
  try {
    await program.middleware(stop).parseAsync();
    return `inkgrad ${args.join(' ')}: names no command`;
  } catch (error) {
    return error instanceof Accepted ? null : (error as Error).message;
  }
}

/** The names of all options of inkgrad, also of those of subcommands. */
export async function inkgradOptions(): Promise<ReadonlySet<string>> {
  const commands = [
    ...COMMANDS.map(({ command }) => command.replaceAll(/[<>[\]]/g, '').split(' ')),
    ['data', 'fetch'],
    ['data', 'convert'],
  ];
  const names = new Set<string>();
  for (const args of commands) {
    const program = await createProgram(args);
    const collect = (_: unknown, parser?: Argv): never => {
      const { key } = (parser as unknown as { getOptions(): { key: object } }).getOptions();
      for (const name of Object.keys(key)) names.add(name);
      throw new Accepted();
    };
    try {
      await program.middleware(collect, true).parseAsync();
    } catch (error) {
      if (!(error instanceof Accepted)) throw error;
    }
  }
  return names;
}

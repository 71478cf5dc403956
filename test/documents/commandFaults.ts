// What is wrong with a command of a document: a program, script, option, file or variable that does
// not exist.

import { existsSync, readFileSync } from 'node:fs';
import { inkgradError, programOptions, sourceOf } from './programOptions.js';
import type { ShellCommand } from './shellWords.js';

const ROOT = new URL('../../', import.meta.url);

interface PackageFile {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const { version, scripts, peerDependencies } = JSON.parse(
  readFileSync(new URL('package.json', ROOT), 'utf8'),
) as PackageFile;

/** Programs of the system, whose arguments are not checked. */
const SYSTEM = ['apt-get', 'cd', 'head'];
/** Programs that run the rest of the line. */
const WRAPPERS = ['nohup', 'setsid', 'sudo', 'xvfb-run'];
const NPM = ['ci', 'install', 'install-scripts', 'pack', 'rebuild'];
/** Options of vitest and node that the documents may use. */
const VITEST_OPTIONS = ['--mode', '--project', '-t', '-u'];
const NODE_OPTIONS = ['-e', '--expose-gc'];

/** What a command that is only mentioned may lack: arguments, or the value of its last option. */
const INCOMPLETE = /^(?:Missing |Not enough |Specify )/;

/**
 * The mistakes of a command, one message each.
 *
 * @param complete whether a reader can run the command as it is; `...` stands for more arguments
 */
export async function commandFaults({ words }: ShellCommand, complete: boolean): Promise<string[]> {
  const [program, ...args] = words.filter((word) => word !== '...');
  const faults = [...(await programFaults(program, args)), ...words.flatMap(pathFaults)];
  return complete ? faults : faults.filter((fault) => !INCOMPLETE.test(fault));
}

async function programFaults(program: string | undefined, args: string[]): Promise<string[]> {
  if (program === undefined || SYSTEM.includes(program)) return [];
  if (WRAPPERS.includes(program)) {
    const start = args.findIndex((word) => !word.startsWith('-'));
    return programFaults(args.at(start), args.slice(start + 1));
  }
  if (program === 'inkgrad') return inkgradFaults(args);
  if (program === 'npx') return npxFaults(args);
  if (program === 'npm') return npmFaults(args);
  if (program === 'node' || program === 'python3') {
    const own = args.findIndex((word) => !NODE_OPTIONS.includes(word));
    if (args[0] === '-e') return [];
    return fileFaults(args[own], args.slice(own + 1));
  }
  if (program.includes('/')) return fileFaults(program, args);
  return [`unknown program ${program}`];
}

/** `COMMAND` stands for any command. */
async function inkgradFaults(args: readonly string[]): Promise<string[]> {
  if (args[0] === 'COMMAND') return inkgradFaults(['eval', ...args.slice(1)]);
  const error = await inkgradError(args.filter((word) => word !== '--help'));
  return error === null ? [] : [error];
}

async function npxFaults([name, ...args]: readonly string[]): Promise<string[]> {
  if (name === 'inkgrad') return inkgradFaults(args);
  if (name !== 'vitest') return [`npx ${name} is not a program of this package`];
  return vitestFaults(args.slice(1));
}

const vitestFaults = (args: readonly string[]): string[] =>
  args
    .filter((word) => word.startsWith('-') && !VITEST_OPTIONS.includes(word))
    .map((word) => `unknown option ${word} of vitest`);

function npmFaults([command, ...args]: readonly string[]): string[] {
  if (command === 'install') return args.flatMap(packageFaults);
  if (NPM.includes(command)) return [];
  const [script, ...rest] = command === 'run' ? args : [command, ...args];
  if (!(script in scripts)) return [`npm has no script ${script}`];
  if (rest.length === 0) return [];
  if (rest[0] !== '--') return [`npm run ${script}: options follow --`];
  const options = rest.slice(1);
  if (/\bvitest\b/.test(scripts[script])) return vitestFaults(options);
  const program = [...scripts[script].matchAll(/node (?:--\S+ )*(\S+\.js)/g)].at(-1);
  return fileFaults(program?.[1], options);
}

/** A package that the documents install must have the version that package.json requires. */
function packageFaults(name: string): string[] {
  const file = /inkgrad-(\d.*)\.tgz$/.exec(name);
  if (file !== null) return file[1] === version ? [] : [`${name}: the version is ${version}`];
  const [base, installed] = name.split('@');
  if (!(base in peerDependencies) || peerDependencies[base].startsWith('>=')) return [];
  const required = peerDependencies[base];
  return installed === required ? [] : [`${name}: package.json requires ${required}`];
}

function fileFaults(path: string | undefined, args: readonly string[]): string[] {
  const source = path === undefined ? null : sourceOf(path);
  if (source === null) return [`no program ${path}`];
  const known = programOptions(source);
  return args
    .filter((word) => word.startsWith('--'))
    .map((word) => word.slice(2).split('=')[0])
    .filter((name) => !known.has(name))
    .map((name) => `${source} has no option --${name}`);
}

/** A path in a folder of the repository; upper case stands for any name, a dot for an output. */
function pathFaults(word: string): string[] {
  if (!/^(?:src|kernels|test|bench|scripts|docs|examples|dist)\/[^A-Z]*$/.test(word)) return [];
  if (word.includes('/.') || sourceOf(word) !== null) return [];
  return existsSync(new URL(word, ROOT)) ? [] : [`no file ${word}`];
}

// Every shell command of the documents, of the help and of the messages must exist, with all its
// options, files and variables.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandFaults } from './commandFaults.js';
import { commandsIn } from './commandsIn.js';
import { inkgradOptions, programOptions } from './programOptions.js';
import { parseShell } from './shellWords.js';

const ROOT = new URL('../../', import.meta.url);
/** Options of other programs that the documents mention: V8's. */
const FOREIGN = ['no-enable-avx-vnni'];
const SOURCE_FOLDERS = ['bench', 'kernels', 'scripts', 'src', 'test'];

/** Paths of the files below a folder. */
const filesIn = (folder: string, ending: string): string[] =>
  existsSync(new URL(folder, ROOT))
    ? readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
        .map((name) => `${folder}/${name}`)
    : [];
const textOf = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

const documents = [
  'README.md',
  ...['docs', 'examples', 'bench', 'test'].flatMap((folder) => filesIn(folder, '.md')),
];

/** All text in which a variable may be used. */
let sources = '';
/** Options of inkgrad and of all programs of the repository. */
let options: ReadonlySet<string>;

beforeAll(async () => {
  const paths = ['.ts', '.js', '.py', '.sh'].flatMap((ending) =>
    SOURCE_FOLDERS.flatMap((folder) => filesIn(folder, ending)),
  );
  sources = [
    ...paths.filter((path) => !path.startsWith('test/documents/')),
    'vite.config.ts',
    'vitest.config.ts',
  ]
    .map(textOf)
    .join('\n');
  const programs = paths.filter((path) => /^(?:bench|scripts|test)\//.test(path));
  options = new Set([
    ...FOREIGN,
    ...(await inkgradOptions()),
    ...programs.flatMap((path) => [...programOptions(path)]),
  ]);
});

/** Whether a source uses the variable, or npm does. */
const hasVariable = (name: string): boolean =>
  name.startsWith('npm_config_') || new RegExp(`\\b${name}\\b`).test(sources);

/** The mistakes of commands. */
async function faultsOf(
  commands: readonly string[],
  { complete }: { readonly complete: boolean },
): Promise<string[]> {
  const parsed = commands.flatMap(parseShell);
  const faults = await Promise.all(parsed.map((command) => commandFaults(command, complete)));
  return [...faults.flat(), ...variableFaults(parsed.flatMap(({ variables }) => variables))];
}

const variableFaults = (names: readonly string[]): string[] =>
  names.filter((name) => !hasVariable(name)).map((name) => `unknown variable ${name}`);

/** The mistakes of inline code that begins with an option. */
const optionFaults = (codes: readonly string[]): string[] =>
  codes
    .flatMap((code) => parseShell(code)[0].words.filter((word) => word.startsWith('--')))
    .map((word) => word.slice(2).replace(/=.*/, ''))
    .filter((name) => !options.has(name) && !options.has(name.replace(/^no-/, '')))
    .map((name) => `no program has the option --${name}`);

/** The mistakes of a document. */
async function faultsIn(text: string): Promise<string[]> {
  const { commands, mentions, options, variables } = commandsIn(text);
  return [
    ...(await faultsOf(commands, { complete: true })),
    ...(await faultsOf(mentions, { complete: false })),
    ...optionFaults(options),
    ...variableFaults(variables),
  ];
}

describe('every command and option exists:', () => {
  it.each(documents)('%s', async (path) => {
    expect(await faultsIn(textOf(path))).toEqual([]);
  });

  it('examples of the help', async () => {
    const examples = filesIn('src/app/commands', '.ts').flatMap((path) =>
      Array.from(
        textOf(path).matchAll(/\.example\(\s*'\$0 ([^']*)'/g),
        ([, example]) => `inkgrad ${example}`,
      ),
    );
    expect(examples.length).toBeGreaterThan(20);
    expect(await faultsOf(examples, { complete: true })).toEqual([]);
  });

  it('commands that messages and comments name', async () => {
    const named = filesIn('src', '.ts').flatMap((path) => commandsInSource(textOf(path)));
    expect(named.length).toBeGreaterThan(20);
    expect(await faultsOf(named, { complete: false })).toEqual([]);
  });
});

/** Commands in the messages and comments of a source; two spaces or a value end a command. */
function commandsInSource(source: string): string[] {
  const text = source.replaceAll(/\n\s*(?:\*|\/\/) /g, ' ').replaceAll(/ ?\$\{[^}]*\}/g, '  ');
  const commands = text.matchAll(/npx inkgrad (?: ?[^`'"\s])+|(?<=`)inkgrad [a-z][^`]*(?=`)/g);
  return Array.from(commands, ([command]) => command);
}

describe('a mistake is reported:', () => {
  const sh = (command: string): string => `\`\`\`sh\n${command}   # comment\n\`\`\`\n`;
  it.each([
    ['npx inkgrad trian', 'Unknown command: trian; did you mean train? (see inkgrad --help)'],
    ['cd x && npx inkgrad train --epoch 3', 'Unknown argument: epoch'],
    ['inkgrad data fetch --splits letters', 'Unknown argument: splits'],
    ['npx inkgrad eval --part training', '--part must be one of'],
    ['npx inkgrad import', 'Missing argument: inkgrad import <file>'],
    ['npm run bench:all', 'npm has no script bench:all'],
    ['npm run bench:ladder -- --node 20', 'bench/ladder.ts has no option --node'],
    ['npm test -- --grep x', 'unknown option --grep of vitest'],
    ['npm install gpu.js@2.0.0', 'gpu.js@2.0.0: package.json requires'],
    ['npx tsx src/index.ts', 'npx tsx is not a program of this package'],
    ['node dist/bench/gone.js', 'no program dist/bench/gone.js'],
    ['python3 bench/recipes/original.py --datas x', 'original.py has no option --datas'],
    ['npx vitest run test/gone', 'no file test/gone'],
    ['frobnicate "a b"', 'unknown program frobnicate'],
    ["EMNIST_FOLDER='a b' npx inkgrad explore", 'unknown variable EMNIST_FOLDER'],
  ])('%s', async (command, message) => {
    const [fault] = await faultsIn(sh(command));
    expect(fault).toContain(message);
  });

  it('in inline code, after a prompt, and in a message', async () => {
    expect(
      await faultsIn('Use `--epoch 3` or\n`train\n--epochs 3 --oops 1` with `EMNIST_FOLDER`.'),
    ).toEqual([
      expect.stringContaining('Unknown argument: oops'),
      'no program has the option --epoch',
      'unknown variable EMNIST_FOLDER',
    ]);
    expect(await faultsIn('```text\n$ inkgrad infos\nlayers\n```\n')).toEqual([
      expect.stringContaining('Unknown command: infos'),
    ]);
    expect(
      commandsInSource('`next  npx inkgrad eval --model ${out}`; // as `inkgrad data`\n'),
    ).toEqual(['npx inkgrad eval --model', 'inkgrad data']);
  });

  it('but not in a correct command, nor in one that is mentioned without its arguments', async () => {
    const correct = [
      'npx inkgrad predict scans/ --top 2 > out.csv  # all',
      'sudo xvfb-run -a npx inkgrad doctor --help | head -1',
      'EMNIST_DIR=x npm run bench:compare -- --only pytorch --rounds=7',
    ];
    expect(await faultsIn(sh(correct.join('\n')))).toEqual([]);
    expect(
      await faultsIn('`predict --words`, `eval --model`, `npx inkgrad COMMAND --help`'),
    ).toEqual([]);
  });
});

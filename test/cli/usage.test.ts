// Tests help texts, and errors for invalid arguments, data and models: the exit code, a message
// that names the cause, and no stack trace. Nothing here trains. Runs the built program.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CharacterNet } from '../../src/app/model/characterNet.js';
import { Rng } from '../../src/engine/index.js';
import { saveState, type Json } from '../../src/nn/index.js';
import { runInProcess } from '../support/commands.js';
import { drawn, inkgrad, makeFolder, writeEmnist, type Finished } from './support.js';

let folder: string;
const run = (command: string, env?: Record<string, string>): Promise<Finished> =>
  inkgrad(folder, command, env);

/** Fails unless the program ended with this code, a message only on stderr, and no stack trace. */
function expectError({ code, stdout, stderr }: Finished, expected: number, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
  expect(stdout).toBe('');
  expect(code).toBe(expected);
}

beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => rm(folder, { recursive: true }));

/**
 * Runs the program as a dependency of a project of version 9.9.9: next to the packages that it
 * imports, in that project's node_modules.
 */
async function runInstalled(args: string[]): Promise<Finished> {
  const [host, root] = [join(folder, 'host'), fileURLToPath(new URL('../../', import.meta.url))];
  const packages = join(host, 'node_modules');
  await mkdir(join(packages, 'inkgrad'), { recursive: true });
  await writeFile(join(host, 'package.json'), '{ "name": "host", "version": "9.9.9" }');
  for (const name of ['package.json', 'dist', 'build'])
    await symlink(join(root, name), join(packages, 'inkgrad', name));
  for (const name of readdirSync(join(root, 'node_modules')))
    await symlink(join(root, 'node_modules', name), join(packages, name));
  const nodeArgs = ['--preserve-symlinks', '--preserve-symlinks-main'];
  const program = join(packages, 'inkgrad', 'dist', 'src', 'app', 'cli.js');
  return runInProcess({ cwd: host, nodeArgs, program, args });
}

describe.concurrent('help', () => {
  it('lists the commands and the exit codes', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const text of ['inkgrad train', 'inkgrad eval', 'Exit codes: 0 success'])
      expect(stdout).toContain(text);
  });

  it.each([
    'data',
    'data fetch',
    'explore',
    'train',
    'eval',
    'predict',
    'import',
    'export',
    'info',
    'doctor',
  ])('of %s has two examples and the exit codes', async (command) => {
    const { code, stdout } = await run(`${command} --help`);
    expect(code).toBe(0);
    const examples = /\nExamples:\n(.*?)\n\n/s.exec(stdout)?.[1] ?? '';
    expect(
      examples.match(new RegExp(`^  inkgrad ${command} `, 'gm'))!.length,
    ).toBeGreaterThanOrEqual(2);
    expect(stdout).toMatch(
      /Exit codes: 0 success, .*, 130\s+interrupted\s+\(Ctrl-C\),\s+141\s+output\s+closed\s+by\s+its\s+reader,\s+143\s+terminated\s+\(SIGTERM\)\./s,
    );
  });

  it('lists every option of train with its default', async () => {
    const { code, stdout } = await run('train --help');
    expect(code).toBe(0);
    const defaults: Record<string, string> = {
      split: '"balanced"',
      epochs: '20',
      'batch-size': '64',
      lr: '0.001',
      seed: '42',
      dropout: '0.5',
      'val-fraction': '0.1',
      backend: '"auto"',
      json: 'false',
    };
    for (const option of ['data', 'limit', 'init', 'no-shuffle', 'out', ...Object.keys(defaults)]) {
      expect(stdout).toContain(`--${option}`);
    }
    for (const [option, value] of Object.entries(defaults)) {
      expect(stdout).toMatch(new RegExp(String.raw`--${option} [^-]*?\[default: ${value}\]`));
    }
  });

  it('lists every option of eval', async () => {
    const { code, stdout } = await run('eval --help');
    expect(code).toBe(0);
    for (const option of ['model', 'data', 'split', 'part', 'limit', 'json', 'out']) {
      expect(stdout).toContain(`--${option}`);
    }
    expect(stdout).toMatch(/"test", "train", "val"\] \[default: "test"\]/);
  });

  it('lists every option of predict, and example commands', async () => {
    const { code, stdout } = await run('predict --help');
    expect(code).toBe(0);
    for (const option of [
      'model',
      'top',
      'invert',
      'words',
      'csv',
      'debug-dir',
      'backend',
      'json',
    ]) {
      expect(stdout).toContain(`--${option}`);
    }
    expect(stdout).toMatch(
      /Examples:\n {2}inkgrad predict a\.png scans\/.*\n {2}inkgrad predict --words.*\n {2}inkgrad predict --csv.*\n {2}inkgrad predict --top 5/,
    );
  });

  it.each([60, 80, 200])('fits a terminal of %i columns', async (columns) => {
    const { stdout } = await run('train --help', { COLUMNS: String(columns) });
    const widths = stdout.split('\n').map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    expect(Math.max(...widths)).toBeGreaterThan(columns - 20);
  });

  it('prints the version of the package, also where another project has installed it', async () => {
    const url = new URL('../../package.json', import.meta.url);
    const { version } = JSON.parse(readFileSync(url, 'utf8')) as { version: string };
    const expected = { code: 0, stdout: `${version}\n`, stderr: '' };
    expect(await run('--version')).toEqual(expected);
    expect(await run('train --version')).toEqual(expected);
    expect(await runInstalled(['info', '--version'])).toEqual(expected);
  });
});

describe.concurrent('invalid arguments end with code 2:', () => {
  it.each([
    ['', 'Specify a command', ''],
    ['trian', 'Unknown command: trian; did you mean train?', ''],
    ['trian --epochs 3', 'Unknown command: trian; did you mean train?', ''],
    ['data fech', 'Unknown command: fech; did you mean fetch?', 'data'],
    ['data fetch --splt letters', 'Unknown argument: splt; did you mean --split?', 'data fetch'],
    ['import', 'Missing argument: inkgrad import <file>', 'import'],
    ['train --nope', 'Unknown argument: nope', 'train'],
    ['train surplus', 'Unknown argument: surplus', 'train'],
    ['train --epochs 0', '--epochs must be a whole number of at least 1, got 0', 'train'],
    ['train --epochs', 'Not enough arguments following: epochs', 'train'],
    ['train --lr abc', '--lr must be above 0, but abc is not a number', 'train'],
    ['train --lr=', '--lr must be above 0, but an empty value is not a number', 'train'],
    ['train --lr -0.1', '--lr must be above 0, got -0.1', 'train'],
    [
      'train --seed=',
      '--seed must be a whole number of at least 0, but an empty value is not a number',
      'train',
    ],
    [
      'train --threads two',
      '--threads must be a whole number of at least 1, but two is not a number',
      'train',
    ],
    [
      'train --batch-size 1.5',
      '--batch-size must be a whole number of at least 1, got 1.5',
      'train',
    ],
    ['train --seed -1', '--seed must be a whole number of at least 0, got -1', 'train'],
    ['train --dropout 1', '--dropout must be at least 0 and below 1, got 1', 'train'],
    ['train --val-fraction 2', '--val-fraction must be above 0 and below 1, got 2', 'train'],
    ['train --limit 0', '--limit must be a whole number of at least 1, got 0', 'train'],
    ['train --epocs 3', 'Unknown argument: epocs; did you mean --epochs?', 'train'],
    [
      'train --backend foo',
      '--backend must be one of auto, wasm, webgpu, webgl2, headlessgl, reference, got foo',
      'train',
    ],
    ['train --resume a --out b', 'Arguments resume and out are mutually exclusive', 'train'],
    ['eval --model', 'Not enough arguments following: model', 'eval'],
    [
      'eval --model m --part all',
      '--part must be one of test, train, val, got all; did you mean val?',
      'eval',
    ],
    ['predict', 'Specify at least one image, a folder of images, or - for stdin', 'predict'],
  ])('inkgrad %s', async (command, message, context) => {
    const help = ['inkgrad', context, '--help'].filter((word) => word !== '').join(' ');
    const stderr = `inkgrad: ${message} (see ${help})\n`;
    expect(await run(command, { LANG: 'de_DE.UTF-8' })).toEqual({ code: 2, stdout: '', stderr });
  });

  it('the closest value of an option is suggested', async () => {
    expectError(
      await run('train --split balancd'),
      2,
      /got balancd; did you mean balanced\? \(see/,
    );
  });

  it('too few images for a validation part', async () => {
    const refusal = await run('train --limit 47');
    expectError(
      refusal,
      2,
      /--val-fraction 0\.1 of 47 images leaves 47 to train on and 0 to validate on/,
    );
  });

  it('an --out that would overwrite files, or is not a folder', async () => {
    const [full, file] = [join(folder, 'full'), join(folder, 'file')];
    await mkdir(full);
    await writeFile(join(full, 'best.safetensors'), 'precious');
    await writeFile(file, 'precious');
    const enough = 'train --limit 94 --val-fraction 0.5 --epochs 1 --out';
    expectError(
      await run(`${enough} full`),
      2,
      /--out full: the folder is not empty; choose a new one/,
    );
    expect(readdirSync(full)).toEqual(['best.safetensors']);
    expect(readFileSync(join(full, 'best.safetensors'), 'utf8')).toBe('precious');
    expectError(await run(`${enough} file`), 2, /--out file: cannot create the folder/);
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });
});

describe.concurrent('data that is missing or damaged ends with code 3:', () => {
  it('a folder that does not exist, named by --data or by EMNIST_DIR', async () => {
    const message =
      /the data folder nowhere does not exist.*gzip\.zip.*EMNIST_DIR or the flag --data/s;
    expectError(await run('train --data nowhere'), 3, message);
    expectError(await run('train', { EMNIST_DIR: 'nowhere' }), 3, message);
  });

  it('--data takes precedence over EMNIST_DIR', async () => {
    expectError(await run('train --data here', { EMNIST_DIR: 'there' }), 3, /the data folder here/);
  });

  it.each(['images-idx3', 'labels-idx1'])('a file of %s that was cut short', async (kind) => {
    const data = `cut-${kind}`;
    await writeEmnist(join(folder, data), drawn('balanced', 94, 'train'), {
      split: 'balanced',
      part: 'train',
    });
    const file = join(folder, data, `emnist-balanced-train-${kind}-ubyte`);
    await writeFile(file, readFileSync(file).subarray(0, -5));
    const message = new RegExp(
      `emnist-balanced-train-${kind}-ubyte: .*it is truncated, download it again`,
    );
    expectError(await run(`train --data ${data}`), 3, message);
  });
});

describe.concurrent('a model that cannot be used ends with code 4:', () => {
  /** Writes the weights of an untrained network with this many classes. */
  async function writeModel(
    name: string,
    classes: string,
    about: Record<string, Json> | null = {},
  ) {
    const model = new CharacterNet({ classes: classes.length, rng: new Rng(1) });
    const extra = about && {
      classes: Array.from(classes),
      data: 'EMNIST',
      seed: 1,
      valFraction: 0.5,
      ...about,
    };
    const bytes = await saveState({ model, extra });
    model.dispose();
    await writeFile(join(folder, name), bytes);
    return bytes;
  }
  const BALANCED = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt';

  it('no such file', async () => {
    expectError(
      await run('eval --model gone'),
      4,
      /^inkgrad: model gone: cannot be read: no such file/,
    );
    expectError(
      await run('train --limit 94 --val-fraction 0.5 --init gone'),
      4,
      /model gone: cannot be read/,
    );
    expect(existsSync(join(folder, 'runs')), 'no folder is left by a run that did not start').toBe(
      false,
    );
  });

  it('another kind of file, or a truncated one', async () => {
    await writeFile(join(folder, 'text'), 'these are not weights');
    expectError(await run('eval --model text'), 4, /^inkgrad: model text: /);
    const bytes = await writeModel('half', BALANCED);
    await writeFile(join(folder, 'half'), bytes.subarray(0, bytes.length / 2));
    expectError(await run('eval --model half'), 4, /^inkgrad: model half: /);
  });

  it('weights that inkgrad saved without the names of the classes', async () => {
    await writeModel('nameless', BALANCED, null);
    const message = /model nameless: it contains no class names/;
    expectError(await run('eval --model nameless'), 4, message);
  });

  it('a network for other classes', async () => {
    await writeModel('letters', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    const test = drawn('balanced', 94, 'test');
    await writeEmnist(join(folder, 'data'), test, { split: 'balanced', part: 'test' });
    const message =
      /model letters: has 26 classes \(ABC.*Z\), but EMNIST balanced test has 47 .*--split/;
    expectError(await run('eval --model letters --data data'), 4, message);
    const init = await run('train --limit 94 --val-fraction 0.5 --init letters');
    expectError(init, 4, /model letters: .*fc_layers\.3\.weight/s);
  });

  it('--verbose adds the stack trace', async () => {
    const { code, stderr } = await run('eval --model gone --verbose');
    expect(code).toBe(4);
    expect(stderr).toMatch(/^inkgrad: ModelError: model gone: .*\n\s+at /);
  });

  it('a valid model without data ends with the data code; no characters are generated instead', async () => {
    await writeModel('good', BALANCED);
    const message = /EMNIST balanced test: .*data folder data\/emnist does not exist/;
    expectError(await run('eval --model good'), 3, message);
    expectError(
      await run('eval --model good --part val'),
      3,
      /EMNIST balanced train: .*does not exist/,
    );
  });

  it('--part val of a model that does not record its split', async () => {
    await writeModel('elsewhere', BALANCED, { seed: null });
    const message =
      /model elsewhere: does not record .* --part val cannot be reproduced; evaluate it on the test part/;
    expectError(await run('eval --model elsewhere --part val'), 4, message);
  });
});

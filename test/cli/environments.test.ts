// Runs each command in each failing environment: closed or full stdout, full disk, read-only or
// missing folder, interrupt, limits. Every combination must end with its documented exit code and
// without a stack trace. Runs the built program.

import { spawn } from 'node:child_process';
import { existsSync, openSync, readdirSync, symlinkSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDigest } from '../../src/app/model/fileDigest.js';
import { archiveMembers, splitFiles } from '../fetch/support.js';
import { COMMAND_LIMIT_MS, commandEnvironment } from '../support/commands.js';
import { grayPng } from '../support/imageFiles.js';
import { skipNote } from '../support/skipping.js';
import { untrainedModel } from '../support/untrainedModel.js';
import { zip } from '../support/zip.js';
import { CLI, drawn, inkgrad, makeFolder, writeEmnist, type Finished } from './support.js';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

const CPU = '--backend wasm --threads 1';
const TRAIN = `train --limit 94 --val-fraction 0.5 --batch-size 16 --epochs 1 ${CPU}`;

/** Commands whose result is their output. */
const PRINTING: Record<string, string> = {
  help: '--help',
  version: '--version',
  doctor: 'doctor --backend reference',
  info: 'info model.safetensors',
  predict: `predict --model model.safetensors ${CPU} image.png`,
  eval: `eval --model model.safetensors --data emnist ${CPU}`,
};

/** Commands whose results are files. `OUT` stands for the output file or folder. */
const WRITING: Record<string, string> = {
  export: 'export model.safetensors --to onnx --out OUT',
  import: 'import model.pth --out OUT',
  fetch: 'data fetch --split digits --from gzip.zip --dir OUT',
  explore: 'explore --limit 94 --out OUT',
  'predict --debug-dir': `predict --model model.safetensors ${CPU} image.png --debug-dir OUT`,
  'eval --out': `eval --model model.safetensors --data emnist ${CPU} --out OUT`,
  train: `${TRAIN} --out OUT`,
};

beforeAll(async () => {
  folder = await makeFolder();
  const pixels = Uint8Array.from({ length: 28 * 28 }, (_, i) =>
    i % 28 > 12 && i % 28 < 16 ? 0 : 255,
  );
  await writeFile(at('model.safetensors'), await withDigest(await untrainedModel()));
  await writeFile(at('image.png'), grayPng(pixels, 28, 28));
  await writeFile(at('file'), '');
  await writeFile(at('gzip.zip'), zip(archiveMembers(splitFiles('digits', 20))));
  const part = { split: 'balanced', part: 'test' } as const;
  await writeEmnist(at('emnist'), drawn('balanced', 47, 'test'), part);
  const exported = await inkgrad(folder, 'export model.safetensors --to pth --out model.pth');
  expect(exported.code, exported.stderr).toBe(0);
  const trained = await inkgrad(folder, `${TRAIN} --out run`);
  expect(trained.code, trained.stderr).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

function expectNoTrace(stderr: string): void {
  expect(stderr).not.toMatch(/^\s+at .*:\d+|node:internal|Unhandled/m);
}

interface Environment {
  /** Path of the file that is stdout; default a pipe. */
  readonly stdout?: string;
  /** Close the reading end of stdout before the command starts. */
  readonly closed?: boolean;
  /** Shell commands to run before. */
  readonly setup?: string;
  /** Send SIGINT after this many milliseconds. */
  readonly interruptAfter?: number;
}

/** Runs a command in its own process. */
async function runIn(command: string, environment: Environment): Promise<Finished> {
  const { stdout = 'pipe', closed = false, setup = '', interruptAfter } = environment;
  const shell = `${setup} exec "$0" "$@"`;
  const child = spawn('sh', ['-c', shell, process.execPath, CLI, ...command.split(' ')], {
    cwd: folder,
    env: commandEnvironment(),
    timeout: COMMAND_LIMIT_MS,
    stdio: ['ignore', stdout === 'pipe' ? 'pipe' : openSync(stdout, 'w'), 'pipe'],
  });
  let [text, stderr] = ['', ''];
  child.stdout?.on('data', (bytes) => (text += String(bytes)));
  child.stderr!.on('data', (bytes) => (stderr += String(bytes)));
  if (closed) child.stdout!.destroy();
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout: text, stderr }));
  });
  if (interruptAfter !== undefined) {
    await sleep(interruptAfter);
    child.kill('SIGINT');
  }
  return finished;
}

const noShell = process.platform === 'win32' ? 'no sh; run on Linux or macOS' : null;
const noFullDisk = existsSync('/dev/full') ? null : 'no /dev/full; run on Linux';

describe.skipIf(noShell !== null)(
  `a closed stdout${skipNote(noShell)}`,
  { concurrent: true },
  () => {
    it.each(Object.entries(PRINTING))('ends %s quietly with code 141', async (_, command) => {
      const { code, stderr } = await runIn(command, { closed: true });
      expect(stderr).toBe('');
      expect(code).toBe(141);
    });

    it.each(Object.entries(WRITING))('lets %s continue', async (name, command) => {
      const out = `closed-${name.replaceAll(' ', '')}`;
      const { code, stderr } = await runIn(command.replace('OUT', out), { closed: true });
      expectNoTrace(stderr);
      expect(code, stderr).toBe(0);
      expect(existsSync(at(out))).toBe(true);
    });
  },
);

describe.skipIf(noFullDisk !== null)(
  `a full stdout${skipNote(noFullDisk)}`,
  { concurrent: true },
  () => {
    const FULL = /stdout: cannot be written: the disk is full \(ENOSPC\); free some space/;

    it.each(Object.entries(PRINTING))('ends %s with code 1', async (_, command) => {
      const { code, stderr } = await runIn(command, { stdout: '/dev/full' });
      expect(stderr).toMatch(FULL);
      expectNoTrace(stderr);
      expect(code).toBe(1);
    });

    it('lets train continue, with one warning', async () => {
      const command = `${TRAIN} --out full-stdout`;
      const { code, stderr } = await runIn(command, { stdout: '/dev/full' });
      expect(stderr.split('continuing without output')).toHaveLength(2);
      expect(stderr).toMatch(FULL);
      expect(code).toBe(0);
      expect(existsSync(at('full-stdout', 'report.html'))).toBe(true);
    });
  },
);

describe.skipIf(noFullDisk !== null)(`a full disk${skipNote(noFullDisk)}`, () => {
  const FULL =
    /^inkgrad: \S+: cannot be written: the disk is full \(ENOSPC\); free some space, or /m;

  it.each(['export', 'import'])('ends %s with code 1', async (name) => {
    symlinkSync('/dev/full', at(`full-${name}.partial`));
    const result = await inkgrad(folder, WRITING[name].replace('OUT', `full-${name}`));
    expect(result.stderr).toMatch(FULL);
    expectNoTrace(result.stderr);
    expect(result.code).toBe(1);
    expect(readdirSync(folder).filter((file) => file.startsWith(`full-${name}`))).toEqual([]);
  });

  it('ends train with code 1 and the command that resumes the run', async () => {
    symlinkSync('/dev/full', at('run', 'last.safetensors.partial'));
    const result = await inkgrad(folder, 'train --resume run --epochs 2');
    expect(result.stderr).toMatch(FULL);
    expect(result.stderr).toMatch(
      /; the state at the end of epoch 1 is saved: resume with {2}npx inkgrad train --resume run$/m,
    );
    expectNoTrace(result.stderr);
    expect(result.code).toBe(1);
    const resumed = await inkgrad(folder, 'train --resume run');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stdout).toContain('resume    run from the end of epoch 1');
  });
});

/** Exit code of a command whose output file or folder cannot be created. */
const codeOf = (name: string): number => (['export', 'import', 'fetch'].includes(name) ? 1 : 2);

describe('an output path', () => {
  const noSys = existsSync('/sys') ? null : 'no /sys; run on Linux';
  it.skipIf(noSys !== null).each(Object.entries(WRITING))(
    `of %s on a file system without write permission is an error${skipNote(noSys)}`,
    async (name, command) => {
      const { code, stderr } = await inkgrad(folder, command.replace('OUT', '/sys/inkgrad'));
      expect(stderr).toMatch(/\/sys\/inkgrad.*cannot .*\((EACCES|EPERM|EROFS|ENOENT)\); /);
      expectNoTrace(stderr);
      expect(code).toBe(codeOf(name));
    },
  );

  it.each(Object.entries(WRITING))('of %s below a file is an error', async (name, command) => {
    const { code, stderr } = await inkgrad(folder, command.replace('OUT', 'file/out'));
    expect(stderr).toMatch(
      /file\/out.*cannot .*a parent of the path is a file \(ENOTDIR\); choose /,
    );
    expectNoTrace(stderr);
    expect(code).toBe(codeOf(name));
  });

  it.each(['export', 'import'])('of %s in a missing folder is an error', async (name) => {
    const { code, stderr } = await inkgrad(folder, WRITING[name].replace('OUT', 'none/out'));
    expect(stderr).toMatch(/none\/out: cannot be written: .*does not exist \(ENOENT\); create the/);
    expectNoTrace(stderr);
    expect(code).toBe(1);
  });
});

describe('a missing input', () => {
  it.each([
    ['info none', 4],
    ['predict --model none image.png', 4],
    [`predict --model model.safetensors ${CPU} none.png`, 3],
    ['eval --model none', 4],
    [`eval --model model.safetensors --data none ${CPU}`, 3],
    ['export none --to onnx', 4],
    ['import none', 4],
    ['data fetch --from none --dir out', 3],
    ['explore --data none', 3],
    [`${TRAIN} --data none --out out`, 3],
    ['train --resume none', 4],
  ])('of %s ends with code %i', async (command, expected) => {
    const { code, stderr } = await inkgrad(folder, command);
    expect(stderr).toMatch(/none/);
    expectNoTrace(stderr);
    expect(code).toBe(expected);
  });
});

describe.skipIf(noShell !== null)(`a process${skipNote(noShell)}`, { concurrent: true }, () => {
  it.each(['doctor --check --backend wasm', PRINTING.eval, WRITING.explore])(
    'ends at Ctrl-C: %s',
    async (command) => {
      const finished = await runIn(command.replace('OUT', 'stopped'), { interruptAfter: 300 });
      expectNoTrace(finished.stderr);
      // 0: a fast machine ends the command before the signal.
      expect([null, 130, 0]).toContain(finished.code);
    },
  );

  it('in a deleted working directory fails', async () => {
    const setup = 'mkdir gone && cd gone && rmdir ../gone &&';
    const { code, stderr } = await runIn('doctor --backend reference', { setup });
    expect(stderr).toBe(
      'inkgrad: the working directory no longer exists; change to another one with cd\n',
    );
    expect(code).toBe(1);
  });

  it('with few open files works, or states the limit', async () => {
    const { code, stderr } = await runIn('doctor --backend wasm', { setup: 'ulimit -n 64;' });
    expectNoTrace(stderr);
    if (code === 0) return;
    expect(stderr).toMatch(/^inkgrad: .*too many open files \(EMFILE\); raise the limit/);
    expect(code).toBe(1);
  });

  const noLimits =
    process.platform === 'linux' ? null : 'no limit of the address space; run on Linux';
  it.skipIf(noLimits !== null)(
    `with a limited address space works, or states the limit${skipNote(noLimits)}`,
    async () => {
      const setup = 'ulimit -v 6000000;';
      const { code, stderr } = await runIn('doctor --backend wasm', { setup });
      expectNoTrace(stderr);
      if (code === 0) return;
      expect(stderr).toMatch(/^inkgrad: not enough memory .*ulimit -v unlimited/);
      expect(code).toBe(1);
    },
  );
});

it('a run that another process trains cannot be resumed: code 5', async () => {
  const owner = { pid: process.pid, host: hostname(), since: 'today', started: null };
  await writeFile(at('run', 'run.lock'), JSON.stringify(owner));
  const before = readdirSync(at('run'));
  const { code, stderr } = await inkgrad(folder, 'train --resume run --epochs 9');
  expect(stderr).toMatch(
    /^inkgrad: run: is being trained by process \d+ on .*, since today; wait/m,
  );
  expectNoTrace(stderr);
  expect(code).toBe(5);
  expect(readdirSync(at('run'))).toEqual(before);
  await rm(at('run', 'run.lock'));
});

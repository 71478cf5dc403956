// Harness for damaged and hostile input files of the built command line. Each case runs in a folder
// that contains only its files. The cases of a format share one process; some run in a separate
// process with a bounded heap. The cases are in the other files of this folder, one per format.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import {
  COMMAND_LIMIT_MS,
  runInProcess,
  runShared,
  type CommandOptions,
  type CommandResult,
} from '../support/commands.js';

const HEAP_MEGABYTES = 256;
/**
 * Limit above a bare Node process: program and backend use about 60 MB, the rest is for the input.
 */
const MEGABYTES = 260;
/** Minimum number of cases per format that run in a separate process. */
const MIN_SEPARATE = 3;

// The time limit of a case expires before that of the test.
vi.setConfig({ maxConcurrency: 2, testTimeout: 2 * COMMAND_LIMIT_MS });

/** One hostile input and the expected error. */
export interface HostileCase {
  /** The defect of the input. */
  readonly name: string;
  /** The files of the case by path, `/` between folders. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** Arguments of `inkgrad`, separated by spaces; runs in the folder of the files. */
  readonly command: string;
  /** Pattern of the error message. */
  readonly message: RegExp;
  /** The file that the message must name. */
  readonly culprit: string;
  /** Exit code: 2 usage, 3 data, 4 model. */
  readonly code: number;
  /** Peak resident memory allowed above a bare Node process, in MB; default 260. */
  readonly megabytes?: number;
  /** Environment variables of this case. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Result of a case. */
export interface Outcome extends CommandResult {
  /**
   * Peak resident memory in MB: above a bare Node process in a separate process, growth during the
   * command in a shared one. Null if the process died before it could report it, or the system does
   * not.
   */
  readonly megabytes: number | null;
  /** Files that are new, gone or changed. */
  readonly touched: readonly string[];
}

// Runs inside the process and writes its peak memory to a file. VmHWM starts at zero with the
// program; the maxRSS of getrusage, used on other systems, may include the test runner that the
// process was forked from.
const REPORT_MEMORY = `
import { readFileSync, writeFileSync } from 'node:fs';
process.on('exit', () => {
  let kilobytes = process.resourceUsage().maxRSS;
  try { kilobytes = Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))[1]); } catch {}
  writeFileSync(process.env.INKGRAD_TEST_MEMORY, String(kilobytes));
});`;

const asModule = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
const IMPORT_REPORT = ['--import', asModule(REPORT_MEMORY)];

/** Reads the result of `REPORT_MEMORY`, in MB; null if there is none. */
async function readMegabytes(file: string): Promise<number | null> {
  return existsSync(file) ? Number(await readFile(file, 'utf8')) / 1024 : null;
}

let bare: Promise<number> | undefined;

/** Peak memory of an idle Node process of this version, in MB. */
export function bareMegabytes(): Promise<number> {
  bare ??= inFolder(async (folder) => {
    const file = join(folder, 'memory');
    const env = { ...process.env, INKGRAD_TEST_MEMORY: file };
    await promisify(execFile)(process.execPath, [...IMPORT_REPORT, '-e', '0'], { env });
    return (await readMegabytes(file))!;
  });
  return bare;
}

/** Runs `work` in a new folder and removes it. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'inkgrad-hostile-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Where a case runs: in a separate process with a bounded heap, or in the one that the test file's
 * cases share.
 */
export type ProcessKind = 'separate' | 'shared';

/**
 * Writes the files of a case into a new folder, runs the program there and compares the files
 * afterwards.
 */
export function runHostile(
  { files, command, env }: Pick<HostileCase, 'files' | 'command' | 'env'>,
  processKind: ProcessKind,
): Promise<Outcome> {
  return inFolder(async (folder) => {
    const cwd = join(folder, 'case');
    await mkdir(cwd);
    for (const [name, contents] of Object.entries(files)) {
      await mkdir(dirname(join(cwd, name)), { recursive: true });
      await writeFile(join(cwd, name), contents);
    }
    const args = command.split(' ');
    const result =
      processKind === 'shared'
        ? await runShared({ cwd, args, env })
        : await runSeparate({ cwd, args, env, memoryFile: join(folder, 'memory') });
    return { ...result, touched: await touchedFiles(cwd, files) };
  });
}

interface SeparateOptions extends CommandOptions {
  /** File to which the process writes its peak memory. */
  readonly memoryFile: string;
}

async function runSeparate({
  memoryFile,
  env,
  ...options
}: SeparateOptions): Promise<Omit<Outcome, 'touched'>> {
  const result = await runInProcess({
    ...options,
    env: { ...env, INKGRAD_TEST_MEMORY: memoryFile },
    nodeArgs: [`--max-old-space-size=${HEAP_MEGABYTES}`, ...IMPORT_REPORT],
  });
  const peak = await readMegabytes(memoryFile);
  return { ...result, megabytes: peak === null ? null : peak - (await bareMegabytes()) };
}

async function touchedFiles(folder: string, files: HostileCase['files']): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const currentFiles = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
    );
  const touched = currentFiles
    .filter((name) => !Object.hasOwn(files, name))
    .map((name) => `${name} is new`);
  for (const [name, contents] of Object.entries(files)) {
    if (!currentFiles.includes(name)) touched.push(`${name} is gone`);
    else if (!(await readFile(join(folder, name))).equals(Buffer.from(contents)))
      touched.push(`${name} changed`);
  }
  return touched;
}

/** The differences between an outcome and the expected error; empty if there are none. */
export function faultsOf(
  outcome: Outcome,
  expected: Pick<HostileCase, 'message' | 'culprit' | 'code' | 'megabytes'>,
  processKind: ProcessKind = 'separate',
): string[] {
  const { code, stdout, stderr, megabytes, touched } = outcome;
  const { megabytes: allowed = MEGABYTES } = expected;
  const faults: [boolean, string][] = [
    [code === null, `it did not end within ${COMMAND_LIMIT_MS / 1000} s, or was killed`],
    [code !== null && code !== expected.code, `exit code ${code} instead of ${expected.code}`],
    [!expected.message.test(stderr), `the message does not match ${String(expected.message)}`],
    [!stderr.includes(expected.culprit), `the message does not name ${expected.culprit}`],
    [/^\s+at .*[:(]/m.test(stderr), 'it printed a stack trace'],
    [
      /\b(undefined|NaN|\[object Object\])/.test(stderr),
      'the message contains undefined, NaN or an object',
    ],
    [stdout !== '', `stdout is not empty: ${stdout.slice(0, 200)}`],
    [
      megabytes === null && processKind === 'separate',
      'it ended before it reported its peak memory',
    ],
    [
      megabytes !== null && megabytes > allowed,
      `${megabytes?.toFixed(0)} MB peak memory, limit ${allowed} MB`,
    ],
    [touched.length > 0, `files were touched: ${touched.join(', ')}`],
  ];
  return faults.filter(([isFault]) => isFault).map(([, sentence]) => sentence);
}

/**
 * Declares one test per case.
 *
 * @param kind the format of the inputs, e.g. `IDX`
 * @param separate names of the cases that run in a separate process: at least three, including
 * those that test memory
 */
export function describeHostile(
  kind: string,
  cases: readonly HostileCase[],
  separate: readonly string[],
): void {
  describe.concurrent(`rejects a damaged or hostile ${kind}:`, () => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', async (name, one) => {
      const processKind = separate.includes(name) ? 'separate' : 'shared';
      const outcome = await runHostile(one, processKind);
      expect(
        faultsOf(outcome, one, processKind),
        `inkgrad ${one.command}\n${outcome.stderr}`,
      ).toEqual([]);
    });
  });
  it(`at least ${MIN_SEPARATE} cases run in a separate process (${kind})`, () => {
    const names = cases.map(({ name }) => name);
    expect(separate.filter((name) => names.includes(name)).length).toBeGreaterThanOrEqual(
      MIN_SEPARATE,
    );
    expect(names).toEqual(expect.arrayContaining([...separate]));
  });
}

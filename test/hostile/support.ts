// Damaged and hostile files against the built command line: each case is run as a process of its own, with a bounded
// heap and a time limit, in a folder that holds the case's files and nothing else. One file of cases a kind of input
// sits beside this one. Imports node: and vitest; knows no file format.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';

const CLI = fileURLToPath(new URL('../../dist/src/app/cli.js', import.meta.url));
const TIME_LIMIT_MS = 50_000;
const HEAP_MEGABYTES = 256;
/** Node itself takes 45 to 60 MB, a backend and a network about as much again. */
const MEGABYTES = 300;

// Cases of one file run two at a time; a case's own time limit ends it before the test's does.
vi.setConfig({ maxConcurrency: 2, testTimeout: 2 * TIME_LIMIT_MS });

/** One hostile input and what the program must answer. */
export interface HostileCase {
  /** What is wrong with the input. */
  readonly name: string;
  /** The files of the case by path, `/` between folders. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** What follows `inkgrad`, words separated by spaces; runs in the folder of the files. */
  readonly command: string;
  /** What the message must say about the problem. */
  readonly message: RegExp;
  /** The file that the message must name. */
  readonly culprit: string;
  /** Exit code: 2 usage, 3 data, 4 model. */
  readonly code: number;
  /** Peak resident memory allowed; default 300. */
  readonly megabytes?: number;
  /** Environment variables of this case alone. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a run of the program left. */
export interface Outcome {
  /** Null if it had to be killed, or died of a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Peak resident memory in MB; null if the process died before it could say. */
  readonly megabytes: number | null;
  /** Files that are new, gone or changed. */
  readonly touched: readonly string[];
}

// Runs inside the process and writes down its peak memory. VmHWM begins at zero with the program; the maxRSS of
// getrusage, which other systems have to do with, may still count the test runner that it was forked from.
const WITNESS = `
import { readFileSync, writeFileSync } from 'node:fs';
process.on('exit', () => {
  let kilobytes = process.resourceUsage().maxRSS;
  try { kilobytes = Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))[1]); } catch {}
  writeFileSync(process.env.INKGRAD_TEST_WITNESS, String(kilobytes));
});`;

/** Writes the files of a case into a new folder, runs the program there and looks at what is left. */
export async function runHostile(hostile: Omit<HostileCase, 'name'>): Promise<Outcome> {
  if (!existsSync(CLI)) throw new Error('the command line is not built: run npm run build first');
  const folder = await mkdtemp(join(tmpdir(), 'inkgrad-hostile-'));
  const [cwd, witness] = [join(folder, 'case'), join(folder, 'witness')];
  try {
    await mkdir(cwd);
    for (const [name, contents] of Object.entries(hostile.files)) {
      await mkdir(dirname(join(cwd, name)), { recursive: true });
      await writeFile(join(cwd, name), contents);
    }
    const args = [`--max-old-space-size=${HEAP_MEGABYTES}`, '--import', asModule(WITNESS), CLI];
    const finished = await new Promise<Pick<Outcome, 'code' | 'stdout' | 'stderr'>>((resolve) => {
      const child = execFile(
        process.execPath,
        [...args, ...hostile.command.split(' ')],
        {
          ...{ cwd, timeout: TIME_LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 2 ** 24 },
          env: {
            ...{ ...process.env, EMNIST_DIR: undefined, INKGRAD_OFFLINE: '1' },
            ...{ ...hostile.env, INKGRAD_TEST_WITNESS: witness },
          },
        },
        (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
    const kilobytes = existsSync(witness) ? Number(await readFile(witness, 'utf8')) : null;
    const megabytes = kilobytes === null ? null : kilobytes / 1024;
    return { ...finished, megabytes, touched: await touchedFiles(cwd, hostile.files) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const asModule = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;

async function touchedFiles(folder: string, files: HostileCase['files']): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
    );
  const touched = found.filter((name) => !Object.hasOwn(files, name)).map((name) => `${name} is new`);
  for (const [name, contents] of Object.entries(files)) {
    if (!found.includes(name)) touched.push(`${name} is gone`);
    else if (!(await readFile(join(folder, name))).equals(Buffer.from(contents)))
      touched.push(`${name} changed`);
  }
  return touched;
}

/** Everything about an outcome that is not as it must be, as sentences; empty if the refusal was a good one. */
export function faultsOf(
  outcome: Outcome,
  expected: Omit<HostileCase, 'name' | 'files' | 'command'>,
): string[] {
  const { code, stdout, stderr, megabytes, touched } = outcome;
  const { megabytes: allowed = MEGABYTES } = expected;
  const faults: [boolean, string][] = [
    [code === null, `it did not end by itself within ${TIME_LIMIT_MS / 1000} s, or was killed`],
    [code !== null && code !== expected.code, `exit code ${code} instead of ${expected.code}`],
    [!expected.message.test(stderr), `the message does not match ${String(expected.message)}`],
    [!stderr.includes(expected.culprit), `the message does not name ${expected.culprit}`],
    [/^\s+at .*[:(]/m.test(stderr), 'a stack trace was shown'],
    [
      /\b(undefined|NaN|\[object Object\])/.test(stderr),
      'the message holds a value that nobody meant to print',
    ],
    [stdout !== '', `stdout is not empty: ${stdout.slice(0, 200)}`],
    [megabytes === null, 'it died before it could tell its peak memory'],
    [
      megabytes !== null && megabytes > allowed,
      `${megabytes?.toFixed(0)} MB at its peak, allowed are ${allowed}`,
    ],
    [touched.length > 0, `files were touched: ${touched.join(', ')}`],
  ];
  return faults.filter(([isSo]) => isSo).map(([, sentence]) => sentence);
}

/**
 * Declares one test a case, two running at a time.
 *
 * @param kind what the inputs pass for, e.g. `IDX`
 */
export function describeHostile(kind: string, cases: readonly HostileCase[]): void {
  describe.concurrent(`a damaged or hostile ${kind} is refused:`, () => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
      const outcome = await runHostile(one);
      expect(faultsOf(outcome, one), `inkgrad ${one.command}\n${outcome.stderr}`).toEqual([]);
    });
  });
}

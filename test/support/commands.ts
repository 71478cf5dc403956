// Runs the built command line, in a separate process or in a process shared by the commands of the
// tests.

import { execFile, fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { timeLimit } from './timeLimit.js';

/** The built program. */
export const CLI = fileURLToPath(new URL('../../dist/src/app/cli.js', import.meta.url));
const WORKER = fileURLToPath(new URL('./commandWorker.js', import.meta.url));

/** After this time a command has hung. */
export const COMMAND_LIMIT_MS = timeLimit(60_000);

export interface CommandOptions {
  readonly cwd: string;
  /** Arguments after `inkgrad`. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface CommandResult {
  /** Exit code; null if the process was killed or died of a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SharedCommandResult extends CommandResult {
  /** Growth of the resident memory to its peak, in MB; null where the system does not report it. */
  readonly megabytes: number | null;
}

/** The environment of a command: that of the tests, without EMNIST_DIR and without network. */
export function commandEnvironment(
  env: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name !== 'EMNIST_DIR'),
  ) as Record<string, string>;
  return { ...inherited, INKGRAD_OFFLINE: '1', ...env };
}

function checkBuilt(): void {
  if (!existsSync(CLI))
    throw new Error('the command line is not built: run npm run build:node first');
}

/** Options of a command in its own process. */
export interface ProcessOptions extends CommandOptions {
  /** Options of Node. */
  readonly nodeArgs?: readonly string[];
  /** Bytes on stdin; default none. */
  readonly input?: Uint8Array;
  /** Path of the program; default the built one. */
  readonly program?: string;
}

/**
 * Runs a command in a separate process. Slow (about 0.5 s), but covers signals, memory, stdin and
 * exit.
 */
export function runInProcess({
  cwd,
  args,
  env,
  nodeArgs = [],
  input = new Uint8Array(),
  program = CLI,
}: ProcessOptions): Promise<CommandResult> {
  checkBuilt();
  const options = {
    cwd,
    env: commandEnvironment(env),
    timeout: COMMAND_LIMIT_MS,
    killSignal: 'SIGKILL' as const,
    maxBuffer: 2 ** 24,
  };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...nodeArgs, program, ...args],
      options,
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
    child.stdin?.on('error', () => undefined); // a program that does not read stdin may end first
    child.stdin?.end(input);
  });
}

type Answer = SharedCommandResult & { readonly id: number };

/** Process that runs one command after the other. */
class CommandProcess {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, (result: SharedCommandResult) => void>();
  #lastId = 0;
  #ended = false;

  constructor() {
    checkBuilt();
    this.#child = fork(WORKER, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
    // The process ends with the test runner and does not keep it alive.
    this.#child.unref();
    this.#child.channel?.unref();
    let stray = '';
    for (const stream of [this.#child.stdout, this.#child.stderr] as Socket[]) {
      stream.on('data', (bytes) => (stray += String(bytes)));
      stream.unref();
    }
    this.#child.on('message', ({ id, ...result }: Answer) => {
      this.#pending.get(id)!(result);
      this.#pending.delete(id);
    });
    this.#child.on('close', () => {
      this.#ended = true;
      for (const resolve of this.#pending.values()) {
        resolve({ code: null, stdout: '', stderr: stray, megabytes: null });
      }
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  run({ cwd, args, env }: CommandOptions): Promise<SharedCommandResult> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#child.send({ id, cwd, args, env: commandEnvironment(env) });
    });
  }

  /** Ends the process, even while a command runs. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

let shared: CommandProcess | null = null;
let waiting: Promise<unknown> = Promise.resolve();

/**
 * Runs a command in the process that commands share. Fast, since the program is loaded once.
 *
 * Commands run one at a time. If one hangs or ends the process, its code is null, and the next one
 * starts a new process.
 */
export function runShared(options: CommandOptions): Promise<SharedCommandResult> {
  const result = waiting.then(async () => {
    if (shared === null || shared.ended) shared = new CommandProcess();
    const process = shared;
    const timer = setTimeout(() => process.kill(), COMMAND_LIMIT_MS);
    try {
      return await process.run(options);
    } finally {
      clearTimeout(timer);
    }
  });
  waiting = result;
  return result;
}

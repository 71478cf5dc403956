// Runs train.py of an exported PyTorch project: processes that can be signaled while they run.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { torchPython } from '../support/python.js';
import { timeLimit } from '../support/timeLimit.js';

/** Time limit of one run, which takes about ten seconds on a busy machine. */
export const HANGING_MS = timeLimit(80_000);

/** A train.py in the folder `project`. One that hangs is aborted, and Python prints a traceback. */
export class TrainingRun {
  stdout = '';
  stderr = '';
  /** The exit code; null if a signal ended the process. */
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  private hasEnded = false;

  constructor(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const common = { OMP_NUM_THREADS: '1', PYTHONFAULTHANDLER: '1', USE_LIBUV: '0' };
    this.child = spawn(torchPython!, [join(cwd, 'project', 'train.py'), ...args], {
      cwd,
      env: { ...process.env, ...common, ...env },
      timeout: HANGING_MS,
      killSignal: 'SIGABRT',
    });
    this.child.stdout!.on('data', (text: Buffer) => (this.stdout += text.toString()));
    this.child.stderr!.on('data', (text: Buffer) => (this.stderr += text.toString()));
    this.ended = once(this.child, 'close').then(([code]) => {
      this.hasEnded = true;
      return code as number | null;
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits until a text has been printed. */
  async prints(text: string): Promise<void> {
    while (!this.stdout.includes(text)) {
      if (this.hasEnded)
        throw new Error(`train.py ended before it printed ${text}:\n${this.stderr}`);
      await Promise.race([once(this.child.stdout!, 'data'), this.ended]);
    }
  }

  /** Waits for the end and returns what was printed; fails unless the exit code is 0. */
  async output(): Promise<string> {
    const code = await this.ended;
    if (code !== 0) throw new Error(`train.py ended with code ${code}:\n${this.stderr}`);
    return this.stdout;
  }
}

/**
 * Starts two processes with the environment variables that torchrun sets. torchrun of PyTorch 1.13
 * does not start on Python 3.11.
 */
export async function startTwo(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<TrainingRun[]> {
  const group = {
    ...env,
    WORLD_SIZE: '2',
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: `${await freePort()}`,
  };
  return ['0', '1'].map(
    (rank) => new TrainingRun(cwd, args, { ...group, RANK: rank, LOCAL_RANK: rank }),
  );
}

/** The outputs of both processes. Waits for both: the error of one often explains the other's. */
export async function bothOutputs(runs: readonly TrainingRun[]): Promise<string[]> {
  const results = await Promise.allSettled(runs.map((run) => run.output()));
  const errors = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as Error] : [],
  );
  if (errors.length === 0)
    return results.map((result) => (result as PromiseFulfilledResult<string>).value);
  throw new AggregateError(errors, errors.map(({ message }) => message).join('\n'));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

// Runs a contender as a persistent child process: sends commands, receives one reply each, and
// measures its CPU time while it should be idle.

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { CheckReply, Ready, RoundReply } from './protocol.js';

export interface ChildOptions {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Added to this process's environment; `null` removes a variable. */
  readonly env?: Readonly<Record<string, string | null>>;
}

/** Clock ticks per second in /proc/PID/stat: 100 on every Linux that Node runs on. */
const TICKS = 100;

export class Child {
  readonly ready: Ready;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #nextLine: () => Promise<string>;

  private constructor(
    process: ChildProcessWithoutNullStreams,
    nextLine: () => Promise<string>,
    ready: Ready,
  ) {
    this.#process = process;
    this.#nextLine = nextLine;
    this.ready = ready;
  }

  /**
   * Starts the program and waits until it is ready.
   *
   * @throws Error with the last lines of its stderr if it ends first
   */
  static async start({ command, env = {} }: ChildOptions): Promise<Child> {
    const [program, ...args] = command;
    const process = spawn(program, args, { stdio: 'pipe', env: environment(env) });
    let stderrTail = '';
    process.stderr.on(
      'data',
      (text: Buffer) => (stderrTail = (stderrTail + text.toString()).slice(-4000)),
    );
    // The process has ended; the reader below reports it.
    process.stdin.on('error', () => undefined);
    const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    const failed = new Promise<never>((_, reject) => process.once('error', reject));
    failed.catch(() => undefined);
    const nextLine = async (): Promise<string> => {
      const line = await Promise.race([lines.next(), failed]);
      if (line.done === true)
        throw new Error(lastLines(stderrTail) || 'the process ended without an error message');
      return line.value;
    };
    return new Child(process, nextLine, await reply<Ready>(nextLine));
  }

  check(): Promise<CheckReply> {
    return this.ask({ cmd: 'check' });
  }

  round(task: string, seconds: number): Promise<RoundReply> {
    return this.ask({ cmd: 'round', task, seconds });
  }

  /**
   * Sends one command and returns its reply.
   *
   * @throws Error if the program replies with an error or ends
   */
  ask<R extends object>(command: object): Promise<R> {
    this.#process.stdin.write(`${JSON.stringify(command)}\n`);
    return reply<R>(this.#nextLine);
  }

  /** CPU seconds of the process and all its threads; 0 after its end, NaN without /proc. */
  cpuSeconds(): number {
    if (this.#ended) return 0;
    try {
      const stat = readFileSync(`/proc/${this.#process.pid ?? 0}/stat`, 'utf8');
      // The name before it may contain spaces.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) / TICKS; // utime, stime
    } catch {
      return NaN;
    }
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.stdin.end();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(timer);
  }

  get #ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}

/** The next line that is a reply; libraries may print other lines. */
async function reply<R extends object>(nextLine: () => Promise<string>): Promise<R> {
  for (;;) {
    const line = await nextLine();
    if (!line.startsWith('{')) continue;
    const value = JSON.parse(line) as R | { readonly error: string };
    if ('error' in value) throw new Error(value.error);
    return value;
  }
}

function environment(changes: Readonly<Record<string, string | null>>): NodeJS.ProcessEnv {
  const env = { ...process.env, ...changes };
  return Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== null),
  ) as NodeJS.ProcessEnv;
}

function lastLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*(at .*|\^*|throw .*|Node\.js v.*)$/.test(line))
    .slice(-3)
    .join(' | ');
}

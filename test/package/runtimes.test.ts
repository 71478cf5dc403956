// The packed package in every JavaScript runtime on this machine: Node, Deno and Bun.

import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipNote } from '../support/skipping.js';
import { installPackage, type Consumer } from './support.js';

const run = promisify(execFile);
let consumer: Consumer;
beforeAll(() => {
  consumer = installPackage();
  const smoke = fileURLToPath(new URL('smoke.js', import.meta.url));
  copyFileSync(smoke, join(consumer.folder, 'smoke.js'));
});
afterAll(() => consumer.remove());

interface Runtime {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** Why a program does not start; null if it does. */
function unavailableReason(program: string): string | null {
  try {
    execFileSync(program, ['--version'], { stdio: 'pipe' });
    return null;
  } catch {
    return `${program} is not installed; npm install --global ${program.split('/').at(-1)!}`;
  }
}

const RUNTIMES: readonly Runtime[] = [
  { name: 'Node', program: process.execPath, args: [] },
  { name: 'Deno', program: process.env.DENO ?? 'deno', args: ['run', '--allow-all'] },
  { name: 'Bun', program: process.env.BUN ?? 'bun', args: [] },
];

describe.each(RUNTIMES)('$name', ({ program, args }) => {
  const reason = unavailableReason(program);
  it.skipIf(reason !== null)(
    `trains, saves and loads a network on two threads, and recognizes a character${skipNote(reason)}`,
    async () => {
      const { stdout } = await run(program, [...args, 'smoke.js'], { cwd: consumer.folder });
      const result = JSON.parse(stdout) as Record<string, unknown>;
      expect(result).toMatchObject({ same: true, steps: 102, drawn: ['T'], live: 0, threads: 2 });
      expect(result.first).toBeCloseTo(Math.log(2), 0);
      expect(result.last).toBeLessThan(0.1);
    },
  );
});

// A process with worker threads exits: without dispose(), after it, and by an error. Runs the built
// package.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timeLimit } from '../support/timeLimit.js';

describe('a process with threads', () => {
  const entry = new URL('../../dist/src/index.js', import.meta.url);

  interface ProcessResult {
    /** Exit code; null if the process was killed. */
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }

  let folder: string;
  beforeAll(async () => {
    expect(existsSync(entry), 'the package must be built: npm run build').toBe(true);
    folder = await mkdtemp(join(tmpdir(), 'inkgrad-threads-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Runs a script in a process that has computed on a backend of four threads. */
  async function runScript(body: string): Promise<ProcessResult> {
    const file = join(folder, 'script.mjs');
    const script = `
      import { createWasmBackend, useBackend, tensor, add } from ${JSON.stringify(entry.href)};
      const backend = await createWasmBackend({ threads: 4 });
      useBackend(backend);
      const x = tensor(new Float32Array(100_000).fill(1));
      const values = await add(x, x).data();
      console.log(values.every((value) => value === 2) ? 'computed' : 'wrong');
      ${body}`;
    await writeFile(file, script);
    return new Promise((resolve) => {
      const limits = { timeout: timeLimit(30_000), killSignal: 'SIGKILL' } as const;
      const child = execFile(process.execPath, [file], limits, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
  }

  it.each([
    ['without dispose()', '', 0, 'computed\n'],
    [
      'after dispose()',
      "await backend.dispose(); console.log('disposed');",
      0,
      'computed\ndisposed\n',
    ],
    [
      'after dispose() is called twice',
      'await backend.dispose(); await backend.dispose();',
      0,
      'computed\n',
    ],
    ['by process.exit(), with its code', 'process.exit(7);', 7, 'computed\n'],
    ['by an uncaught error', "throw new Error('on purpose');", 1, 'computed\n'],
    ['after a pending timer', "setTimeout(() => console.log('late'), 100);", 0, 'computed\nlate\n'],
  ])('exits %s', async (_, body, code, stdout) => {
    const result = await runScript(body);
    expect(result).toMatchObject({ code, stdout });
    expect(result.stderr).toEqual(code === 1 ? expect.stringContaining('on purpose') : '');
  });
});

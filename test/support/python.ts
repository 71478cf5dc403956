// A Python that has PyTorch, if this machine has one ($PYTHON, python3, /usr/bin/python3; on Debian `apt install
// python3-torch`). Tests that need it skip without, and say so. Imports node:.

import { execFile, spawnSync } from 'node:child_process';

function hasTorch(python: string): boolean {
  return spawnSync(python, ['-c', 'import torch'], { timeout: 60_000, stdio: 'ignore' }).status === 0;
}

const candidates = [process.env.PYTHON, 'python3', '/usr/bin/python3'].filter((one) => one !== undefined);

/** The first Python that can import torch, or null. */
export const torchPython: string | null = candidates.find(hasTorch) ?? null;

/** For a test's title: why it is skipped, or nothing. */
export const withoutTorch = torchPython === null ? ' (skipped: no Python with PyTorch)' : '';

/** Runs a Python program and returns what it prints. */
export function runPython(
  program: string,
  parameters: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const words = ['-c', program, ...parameters];
  // One thread: the machine runs other tests too.
  const options = {
    env: { ...process.env, OMP_NUM_THREADS: '1', ...env },
    timeout: 120_000,
    maxBuffer: 2 ** 26,
  };
  return new Promise((resolve, reject) => {
    execFile(torchPython!, words, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`python: ${error.message}\n${stderr}`));
    });
  });
}

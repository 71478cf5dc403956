// Finds a Python with PyTorch on this machine: $PYTHON, python3 or /usr/bin/python3.

import { execFile, spawnSync } from 'node:child_process';
import type { Missing } from './skipping.js';
import { timeLimit } from './timeLimit.js';

function hasTorch(python: string): boolean {
  return (
    spawnSync(python, ['-c', 'import torch'], { timeout: timeLimit(60_000), stdio: 'ignore' })
      .status === 0
  );
}

const candidates = [process.env.PYTHON, 'python3', '/usr/bin/python3'].filter(
  (one) => one !== undefined,
);

/** The first Python that can import torch, or null. */
export const torchPython: string | null = candidates.find(hasTorch) ?? null;

export const torchMissing: Missing =
  torchPython === null
    ? "no Python with PyTorch; install Debian's python3-torch and libopenblas0-pthread, or set PYTHON"
    : null;

/** Pillow, which decodes images for Python. */
export const pillowMissing: Missing =
  torchPython === null ||
  spawnSync(torchPython, ['-c', 'import PIL'], { stdio: 'ignore' }).status === 0
    ? null
    : "Python has no Pillow; install Debian's python3-pil";

/** Runs a Python program and returns what it prints. */
export function runPython(
  program: string,
  parameters: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const args = ['-c', program, ...parameters];
  // One thread: the machine runs other tests too.
  const options = {
    env: { ...process.env, OMP_NUM_THREADS: '1', ...env },
    timeout: timeLimit(120_000),
    maxBuffer: 2 ** 26,
  };
  return new Promise((resolve, reject) => {
    execFile(torchPython!, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`python: ${error.message}\n${stderr}`));
    });
  });
}

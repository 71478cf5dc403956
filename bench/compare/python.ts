// Finds a Python with PyTorch, and reads its version.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A command that runs a Python with PyTorch. */
export interface TorchPython {
  /** Program and first arguments: `['chroot', '/srv/debian13', 'python3']`. */
  readonly command: readonly string[];
  /** PyTorch's version: `2.6.0`. */
  readonly version: string;
}

/**
 * The Python that a command starts.
 *
 * @param text program and arguments, separated by spaces
 * @throws Error if it cannot be started or has no PyTorch
 */
export async function torchPython(text: string): Promise<TorchPython> {
  const command = text.split(' ').filter((part) => part !== '');
  const [program, ...args] = command;
  const code = 'import torch; print("torch", torch.__version__)';
  const { stdout } = await run(program, [...args, '-c', code]).catch((error: unknown) => {
    throw new Error(`no PyTorch: 'import torch' fails in ${text}`, { cause: error });
  });
  const [, version] = /^torch (\d+\.\d+\.\d+)/m.exec(stdout) ?? [];
  if ((version as string | undefined) === undefined)
    throw new Error(`${text} prints no version of PyTorch, but: ${stdout.trim()}`);
  return { command, version };
}

/**
 * The default Python: $PYTHON, or the first of the usual ones with PyTorch.
 *
 * @throws Error if none has PyTorch
 */
export async function defaultPython(): Promise<TorchPython> {
  const { PYTHON } = process.env;
  const candidates = PYTHON === undefined ? ['python3', '/usr/bin/python3'] : [PYTHON];
  for (const candidate of candidates) {
    try {
      return await torchPython(candidate);
    } catch {
      continue;
    }
  }
  throw new Error(
    `no PyTorch: 'import torch' fails in ${candidates.join(' and ')} (Debian: apt install python3-torch)`,
  );
}

/** Whether the version is at least the given one: `isAtLeast('2.6.0', 2, 4)`. */
export function isAtLeast(version: string, major: number, minor = 0): boolean {
  const [ownMajor, ownMinor] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

// A limited address space (`ulimit -v`): V8 reserves far more addresses than it uses. It reserves 10 GB
// for one WebAssembly memory and over 1 GB for each worker thread. If the reservation for a thread
// fails, V8 ends the process, so the number of threads is limited in advance.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { MAX_DEFAULT_THREADS } from '../../engine/backends/wasm/index.js';
import { ArgumentError } from '../../engine/errors.js';

const GB = 1e9;
const FIRST_THREAD = 12 * GB;
const FURTHER_THREAD = 2 * GB;

/** The limit of a process's address space in bytes, from the text of /proc/self/limits. */
export function parseAddressSpace(limits: string): number {
  const soft = /^Max address space\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? Infinity : Number(soft);
}

export const isAddressSpaceLimited = (): boolean => addressSpace() !== Infinity;

/** The default number of threads: one per processor, up to a limit. */
export const defaultThreads = (): number => Math.min(availableParallelism(), MAX_DEFAULT_THREADS);

/** The address space of this process in bytes; Infinity if it is not limited or not known. */
function addressSpace(): number {
  try {
    return parseAddressSpace(readFileSync('/proc/self/limits', 'latin1'));
  } catch {
    return Infinity; // not Linux
  }
}

/**
 * The number of threads to start.
 *
 * @param requested undefined: the default
 * @returns `requested`, or fewer than the default if the address space is limited
 * @throws ArgumentError if the address space is too small for the requested number
 */
export function affordableThreads(
  requested: number | undefined,
  bytes = addressSpace(),
): number | undefined {
  if (bytes === Infinity) return requested;
  const most = Math.max(1, 1 + Math.floor((bytes - FIRST_THREAD) / FURTHER_THREAD));
  if (requested === undefined) return Math.min(most, defaultThreads());
  if (requested <= most) return requested;
  throw new ArgumentError(
    `--threads ${requested}: the address space is limited to ${(bytes / GB).toFixed(1)} GB, enough ` +
      `for ${most}; use fewer threads, or raise the limit with  ulimit -v unlimited`,
  );
}

// Start commands that several comparisons share: pinned to one core, and environments of PyTorch.

import type { ChildOptions } from './child.js';

/**
 * Pins a command to the first core, so that single-threaded contenders are compared on the same
 * core.
 */
export const pinned = (options: ChildOptions): ChildOptions => ({
  ...options,
  command: ['taskset', '-c', '0', ...options.command],
});

/** Selects the SIMD module of inkgrad, see support/backend.ts. */
export const moduleEnvironment = (
  module: 'default' | 'wide',
): Readonly<Record<string, string>> => ({
  INKGRAD_WIDE_SIMD: module === 'wide' ? '1' : '0',
});

/** Environment of PyTorch with default settings: without the variables that would change it. */
export const DEFAULT_ENVIRONMENT = Object.fromEntries(
  [
    'OMP_NUM_THREADS',
    'OMP_PROC_BIND',
    'OMP_WAIT_POLICY',
    'OMP_PLACES',
    'GOMP_SPINCOUNT',
    'MKL_NUM_THREADS',
    'OPENBLAS_NUM_THREADS',
    'OPENBLAS_CORETYPE',
    'ATEN_CPU_CAPABILITY',
    'LD_PRELOAD',
    'MALLOC_MMAP_THRESHOLD_',
    'MALLOC_TRIM_THRESHOLD_',
    'MALLOC_TOP_PAD_',
  ].map((name) => [name, null]),
);

const MIB = 2 ** 20;

/**
 * Environment of the tuned runs. There is one thread pool, OpenMP's, with pinned threads. glibc
 * retains large activations instead of returning them to the system: 0.2 page faults per step
 * instead of 6,240, measured with PyTorch 1.13.
 */
export const BEST_ENVIRONMENT = {
  ...DEFAULT_ENVIRONMENT,
  OMP_NUM_THREADS: '2',
  OPENBLAS_NUM_THREADS: '1',
  OMP_PROC_BIND: 'true',
  // Older glibc rejects larger values; the largest activation here has 6.4 MB.
  MALLOC_MMAP_THRESHOLD_: `${32 * MIB}`,
  MALLOC_TRIM_THRESHOLD_: `${4096 * MIB}`,
  MALLOC_TOP_PAD_: `${256 * MIB}`,
};

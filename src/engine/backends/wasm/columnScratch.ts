// Scratch memory of the SIMD functions that reduce an axis row by row: sums of a block of columns for
// each thread. See kernels/simd/columns.ts.

import type { Machine, ParallelOptions } from './machine.js';

/**
 * Runs `body` with the scratch memory of all threads.
 *
 * @param body receives the address, and the options of a job whose argument `index` is the address
 */
export function withColumnScratch(
  machine: Machine,
  body: (scratch: number, options: (index: number) => ParallelOptions) => void,
): void {
  const perThread = machine.simd.columnScratch();
  machine.withScratch([perThread * machine.threads], (scratch) => {
    body(scratch, (argument) => ({ scratch: { argument, bytes: 4 * perThread } }));
  });
}

// Collects every kernel that kernels/index.ts exports, for the suites that check all of them.

import * as families from '../../kernels/index.js';
import type { Kernel } from '../../kernels/kernel.js';

export interface KernelEntry {
  readonly family: string;
  readonly exportName: string;
  readonly kernel: Kernel;
}

function isKernel(value: unknown): value is Kernel {
  return typeof value === 'object' && value !== null && 'body' in value && 'inputs' in value;
}

export const allKernels: readonly KernelEntry[] = Object.entries(families).flatMap(
  ([family, members]) =>
    Object.entries(members)
      .filter((member): member is [string, Kernel] => isKernel(member[1]))
      .map(([exportName, kernel]) => ({ family, exportName, kernel })),
);

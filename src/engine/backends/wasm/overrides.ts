// The overrides of the wasm backend: SIMD implementations of kernels and routines, by name.

import * as kernelFamilies from '../../../../kernels/index.js';
import type { Kernel } from '../../../../kernels/kernel.js';
import { batchNormOverrides, batchNormRoutines } from './batchNorm.js';
import { bnReluPoolRoutines } from './bnReluPool.js';
import { conv2dOverrides } from './conv2d.js';
import { convNormReluPoolRoutines } from './convNormReluPool.js';
import { dropoutRoutines } from './dropout.js';
import { elementwiseOverrides } from './elementwise.js';
import { gatherOverrides } from './gather.js';
import { layoutOverrides } from './layout.js';
import type { KernelOverride, RoutineOverride } from './machine.js';
import { matmulOverrides, matmulRoutines } from './matmul.js';
import { optimizerRoutines } from './optimizer.js';
import { poolOverrides, poolRoutines } from './pool.js';
import { reduceOverrides } from './reduce.js';
import { softmaxOverrides, softmaxRoutines } from './softmax.js';
import { sortRoutines } from './sort.js';

export const overrides: Readonly<Record<string, KernelOverride | undefined>> = {
  ...elementwiseOverrides,
  ...gatherOverrides,
  ...layoutOverrides,
  ...matmulOverrides,
  ...conv2dOverrides,
  ...batchNormOverrides,
  ...poolOverrides,
  ...reduceOverrides,
  ...softmaxOverrides,
};

/** The package's own kernels, by name. A user's kernel may have the same name as one of these. */
const ownKernels: ReadonlyMap<string, object> = new Map(
  Object.values(kernelFamilies)
    .flatMap((family) => Object.values(family as Readonly<Record<string, object>>))
    .filter((member): member is Kernel => 'body' in member)
    .map((kernel) => [kernel.name, kernel]),
);

/** The SIMD implementation of a kernel; undefined if it has none, or is not the package's own. */
export function overrideOf(kernel: Kernel): KernelOverride | undefined {
  return ownKernels.get(kernel.name) === kernel ? overrides[kernel.name] : undefined;
}

export const routines: Readonly<Record<string, RoutineOverride>> = {
  ...batchNormRoutines,
  ...bnReluPoolRoutines,
  ...convNormReluPoolRoutines,
  ...poolRoutines,
  ...dropoutRoutines,
  ...matmulRoutines,
  ...optimizerRoutines,
  ...softmaxRoutines,
  ...sortRoutines,
};

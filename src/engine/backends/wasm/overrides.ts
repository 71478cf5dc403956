// The overrides of the wasm backend: SIMD implementations of kernels and routines, by name.

import type { Kernel } from '../../../../kernels/kernel.js';
import { attentionRoutines } from './attention.js';
import { batchNormOverrides, batchNormRoutines } from './batchNorm.js';
import { bnReluPoolRoutines } from './bnReluPool.js';
import { conv2dOverrides } from './conv2d.js';
import { convNormReluPoolRoutines } from './convNormReluPool.js';
import { depthwiseOverrides } from './depthwise.js';
import { dropoutRoutines } from './dropout.js';
import { elementwiseOverrides } from './elementwise.js';
import { gatherOverrides } from './gather.js';
import { labelOverrides } from './label.js';
import { layoutOverrides, layoutRoutines } from './layout.js';
import type { KernelOverride, RoutineOverride } from './machine.js';
import { matmulOverrides, matmulRoutines } from './matmul.js';
import { normalizeRoutines } from './normalize.js';
import { optimizerRoutines } from './optimizer.js';
import { poolOverrides, poolRoutines } from './pool.js';
import { recurrentRoutines } from './recurrent.js';
import { reduceOverrides, reduceRoutines } from './reduce.js';
import { softmaxOverrides, softmaxRoutines } from './softmax.js';
import { sortRoutines } from './sort.js';
import { windowOverrides } from './windows.js';

/** Depthwise convolutions, and all others. */
const convolutionOverrides = Object.fromEntries(
  Object.entries(conv2dOverrides).map(([name, override]): [string, KernelOverride] => [
    name,
    (...args) => depthwiseOverrides[name](...args) ?? override(...args),
  ]),
);

export const overrides: Readonly<Record<string, KernelOverride | undefined>> = {
  ...elementwiseOverrides,
  ...gatherOverrides,
  ...labelOverrides,
  ...layoutOverrides,
  ...matmulOverrides,
  ...convolutionOverrides,
  ...batchNormOverrides,
  ...poolOverrides,
  ...reduceOverrides,
  ...softmaxOverrides,
  ...windowOverrides,
};

const overridesByName = new Map(Object.entries(overrides));

/**
 * The SIMD implementation of a kernel; undefined if it has none. A kernel of a user may have the
 * name of one that does.
 */
export function overrideOf(kernel: Kernel): KernelOverride | undefined {
  return kernel.custom === true ? undefined : overridesByName.get(kernel.name);
}

export const routines: Readonly<Record<string, RoutineOverride>> = {
  ...batchNormRoutines,
  ...bnReluPoolRoutines,
  ...convNormReluPoolRoutines,
  ...poolRoutines,
  ...dropoutRoutines,
  ...layoutRoutines,
  ...matmulRoutines,
  ...normalizeRoutines,
  ...optimizerRoutines,
  ...softmaxRoutines,
  ...sortRoutines,
  ...reduceRoutines,
  ...recurrentRoutines,
  ...attentionRoutines,
};

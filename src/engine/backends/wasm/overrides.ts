// Every override of the wasm backend, by the name of the kernel or routine it runs.

import { batchNormOverrides, batchNormRoutines } from './batchNorm.js';
import { conv2dOverrides } from './conv2d.js';
import { elementwiseOverrides } from './elementwise.js';
import { layoutOverrides } from './layout.js';
import { matmulOverrides } from './matmul.js';
import { optimizerRoutines } from './optimizer.js';
import type { KernelOverride, RoutineOverride } from './override.js';
import { poolOverrides, poolRoutines } from './pool.js';

export const overrides: Readonly<Record<string, KernelOverride | undefined>> = {
  ...elementwiseOverrides,
  ...layoutOverrides,
  ...matmulOverrides,
  ...conv2dOverrides,
  ...batchNormOverrides,
  ...poolOverrides,
};

export const routines: Readonly<Record<string, RoutineOverride>> = {
  ...batchNormRoutines,
  ...poolRoutines,
  ...optimizerRoutines,
};

// Collects every op that ops/index.ts exports, for the checks that run all of them.

import * as exported from '../../engine/ops/index.js';
import type { Op } from '../../engine/index.js';

/** Attributes differ from op to op; a suite only passes a sample's attributes to its op. */
export type AnyOp = Op<unknown>;

export const allOps: readonly AnyOp[] = Object.values(exported)
  .filter((value) => typeof value === 'function' && 'opName' in value)
  .map((value) => value as unknown as AnyOp);

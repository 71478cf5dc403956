// All cases of the comparison of ops. test/null/benchOps.test.ts checks that every public op is here
// or excluded with a reason.

import type { OpCase, Sizes } from '../case.js';
import { arrangementCases } from './arrangement.js';
import { elementwiseCases } from './elementwise.js';
import { productCases } from './products.js';
import { reductionCases } from './reductions.js';

/** Public ops without a case, with the reason. */
export const EXCLUDED: Readonly<Record<string, string>> = {};

/** The cases with shapes made of `sizes`. */
export const opCases = (sizes: Sizes): readonly OpCase[] => [
  ...elementwiseCases(sizes),
  ...reductionCases(sizes),
  ...arrangementCases(sizes),
  ...productCases(sizes),
];

// All edge cases, without a test runner, because a browser page checks them on a GPU, too. The
// results follow PyTorch's rules; test/differential compares the same rules with PyTorch itself.

import type { EdgeCase } from './edgeCase.js';
import { emptyCases } from './emptyCases.js';
import { lossCases } from './lossCases.js';
import { spaceCases } from './spaceCases.js';
import { arrangementCases, selectionCases } from './selectionCases.js';
import { orderCases } from './orderCases.js';
import { indexCases, nanCases, paddingCases, valueCases } from './specialCases.js';

/** All edge cases. */
export const edgeCases: readonly EdgeCase[] = [
  ...emptyCases,
  ...nanCases.map((edgeCase) => ({ ...edgeCase, title: `NaN: ${edgeCase.title}` })),
  ...indexCases,
  ...valueCases,
  ...paddingCases,
  ...spaceCases,
  ...selectionCases,
  ...arrangementCases,
  ...orderCases,
  ...lossCases,
];

// How to add each op to a random program: operands, options, and the range of the result. A new op
// joins with one row; a test compares the rows with the exports of src/engine/ops.

import { arrangementRows } from './arrangements.js';
import { elementwiseRows } from './elementwise.js';
import { layerRows } from './layers.js';
import { lossRows } from './losses.js';
import { orderingRows } from './ordering.js';
import { reductionRows } from './reductions.js';
import { sequenceRows } from './sequence.js';
import { type OpRow } from './shared.js';
import { spaceRows } from './space.js';
import { viewRows } from './views.js';

/** The rows by the name of the op; functions that are not ops have their own name. */
export const opRows: Readonly<Record<string, OpRow>> = {
  ...elementwiseRows,
  ...reductionRows,
  ...lossRows,
  ...layerRows,
  ...spaceRows,
  ...viewRows,
  ...arrangementRows,
  ...orderingRows,
  ...sequenceRows,
};

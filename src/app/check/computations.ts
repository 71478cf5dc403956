// Every sample of every op, and the extra samples.

import type { Computation } from './computation.js';
import { extraSamples } from './extraSamples.js';
import { allOps } from './ops.js';

const samples: readonly Computation[] = allOps.flatMap((op) =>
  op.samples.map(({ title, inputs, attributes }) => ({
    title: `${op.opName}: ${title}`,
    inputs,
    call: (tensors) => op(tensors, attributes),
  })),
);

export const allComputations: readonly Computation[] = [...samples, ...extraSamples];

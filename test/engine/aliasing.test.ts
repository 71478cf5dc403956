// Only views share memory with their inputs. The result of any other op must stay the same when a
// parameter is updated in place, also for sizes at which the op has nothing to compute.

import { describe, expect, it } from 'vitest';
import { checkComputations } from '../../src/app/check/checkBackend.js';
import type { Computation } from '../../src/app/check/computation.js';
import * as ink from '../../src/engine/index.js';
import { anywhere } from '../../src/engine/sample.js';
import { backendsUnderTest, withFreshBackend } from '../support/backends.js';

/** Ops that return a view, here or in PyTorch. */
const VIEWS = new Set(
  'chunk einsum expand flatten flip permute reshape slice split squeeze transpose unsqueeze'.split(
    ' ',
  ),
);

/** Calls with nothing to compute. */
const trivial = (title: string, call: (x: ink.Tensor) => ink.Tensor): Computation => ({
  title,
  inputs: [anywhere(2, 1, 1)],
  call: ([x]) => call(x),
});
const TRIVIAL: readonly Computation[] = [
  trivial('cumsum: one element', (x) => ink.cumsum(x, 1)),
  trivial('prod: one element', (x) => ink.prod(x, { axes: 1 })),
  trivial('sum: one element', (x) => ink.sum(x, { axes: 1 })),
  trivial('mean: one element', (x) => ink.mean(x, { axes: 1 })),
  trivial('max: one element', (x) => ink.max(x, { axes: 1 })),
  trivial('min: one element', (x) => ink.min(x, { axes: 1 })),
  trivial('sort: one element', (x) => ink.sort(x)[0]),
  trivial('topk: one element', (x) => ink.topk(x, 1)[0]),
  trivial('concat: one tensor', (x) => ink.concat([x])),
  trivial('stack: one tensor', (x) => ink.stack([x])),
  trivial('pad: nothing', (x) => ink.pad(x, [0, 0])),
  trivial('roll: by 0', (x) => ink.roll(x, 0)),
  trivial('roll: one element', (x) => ink.roll(x, 1, 1)),
  trivial('dropout: probability 0', (x) => ink.dropout(x, 0, new ink.Rng(1))),
  trivial('scaleShift: 1 and 0', (x) => ink.scaleShift(x, 1, 0)),
  trivial('pow: exponent 1', (x) => ink.pow(x, 1)),
  trivial('einsum: one operand', (x) => ink.einsum('abc->abc', x)),
  trivial('interpolate: same size', (x) => ink.interpolate(x, { size: 1 })),
  trivial('maxPool1d: window 1', (x) => ink.maxPool1d(x, { window: 1 })),
  trivial('adaptiveAvgPool1d: same size', (x) => ink.adaptiveAvgPool1d(x, 1)),
];

describe.each(backendsUnderTest)('on $name', ({ make }) => {
  it('only views share memory with their inputs', () =>
    withFreshBackend(make, async () => {
      const rng = new ink.Rng(1);
      const sharing = new Set<string>();
      for (const { title, inputs, call } of [...checkComputations, ...TRIVIAL]) {
        ink.scope(() => {
          const leaves = inputs.map(({ shape, values }) =>
            ink.tensor(Float32Array.from(values(rng)), { shape }),
          );
          const { storage } = call(leaves).array;
          if (leaves.some(({ array }) => array.storage === storage)) sharing.add(title);
        });
      }
      expect([...sharing].filter((title) => !VIEWS.has(title.split(':')[0]))).toEqual([]);
      expect(sharing.size).toBeGreaterThan(5); // the comparison finds views
      await Promise.resolve();
    }));
});

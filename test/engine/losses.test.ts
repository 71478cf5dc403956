// Losses: labels and weights as host lists, the routine of the plain call, and misuse.

import { describe, expect, it, vi } from 'vitest';
import {
  ArgumentError,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huber,
  klDiv,
  l1,
  mse,
  nllLoss,
  scope,
  ShapeError,
  smoothL1,
  softCrossEntropy,
  tensor,
  type Tensor,
  zeros,
} from '../../src/engine/index.js';
import { backendsUnderTest, onReference, wasm, withFreshBackend } from '../support/backends.js';

const untyped = (value: unknown): never => value as never;

describe.each(backendsUnderTest)('labels and weights on $name', ({ make }) => {
  it('may be tensors, lists or typed arrays, with equal results', () =>
    withFreshBackend(make, async () => {
      const results = scope(() => {
        const logits = tensor(
          Array.from({ length: 24 }, (_, i) => Math.sin(i)),
          { shape: [2, 3, 4] },
        );
        const labels = [0, 1, 2, 0, -1, 1, 2, -1];
        const weight = [1, 2, 0.5];
        const shared = { ignoreIndex: -1, labelSmoothing: 0.1 };
        return [
          crossEntropy(logits, tensor(labels, { shape: [2, 4] }), {
            ...shared,
            weight: tensor(weight),
          }),
          crossEntropy(logits, labels, { ...shared, weight }),
          crossEntropy(logits, Int8Array.from(labels), {
            ...shared,
            weight: Float32Array.from(weight),
          }),
        ].map((loss) => loss.item());
      });
      const [first, ...others] = await Promise.all(results);
      expect(first).toBeGreaterThan(0);
      expect(others).toEqual([first, first]);
    }));

  it('a weight of 1 per class changes no loss', () =>
    withFreshBackend(make, async () => {
      const [plain, weighted] = scope(() => {
        const logits = tensor([
          [1, 2, 3],
          [0.5, -1, 0],
        ]);
        return [
          crossEntropy(logits, [2, 0], { reduction: 'none' }).data(),
          crossEntropy(logits, [2, 0], { reduction: 'none', weight: [1, 1, 1] }).data(),
        ];
      });
      expect([...(await plain)]).toEqual([...(await weighted)]);
    }));
});

describe('the routine of the forward pass', () => {
  it('computes every variant of crossEntropy on wasm', () =>
    withFreshBackend(wasm(1).make, (backend) => {
      const routine = vi.spyOn(backend.routines as Record<string, () => []>, 'crossEntropyForward');
      scope(() => {
        crossEntropy(zeros([2, 3]), [0, 1]);
        expect(routine).toHaveBeenCalledTimes(1);
        crossEntropy(zeros([2, 3, 4, 5]), zeros([2, 4, 5]), { labelSmoothing: 0.1 });
        expect(routine).toHaveBeenCalledTimes(2);
        crossEntropy(zeros([2, 3]), [0, 1], { weight: [1, 2, 3], ignoreIndex: 0 });
        expect(routine).toHaveBeenCalledTimes(3);
      });
      routine.mockRestore();
    }));
});

describe('misuse', () => {
  const trainable = (...shape: number[]): Tensor =>
    tensor(new Float64Array(shape.reduce((a, b) => a * b, 1)), { shape, requiresGrad: true });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a class weight with a gradient',
      () => crossEntropy(zeros([1, 3]), [0], { weight: trainable(3) }),
      /^crossEntropy: weight \[3\] requires a gradient, but the loss has no .*; pass weight.detach\(\)/,
    ],
    [
      'a weight with a gradient',
      () => binaryCrossEntropy(zeros([3]), zeros([3]), { weight: trainable(3) }),
      /^binaryCrossEntropy: weight \[3\] requires a gradient/,
    ],
    [
      'a positive weight with a gradient',
      () => binaryCrossEntropyWithLogits(zeros([3]), zeros([3]), { posWeight: trainable(1) }),
      /^binaryCrossEntropyWithLogits: posWeight \[1\] requires a gradient/,
    ],
    [
      'a number as class weights',
      () => nllLoss(zeros([1, 3]), [0], { weight: untyped(2) }),
      /^nllLoss: weight must be a tensor or a list of numbers, got 2/,
    ],
    [
      'a list as the weight of elements',
      () => binaryCrossEntropy(zeros([2]), zeros([2]), { weight: untyped([1, 2]) }),
      /^binaryCrossEntropy: weight: operand 0 must be a tensor or a number, got \[1,2\]/,
    ],
    [
      'a label that is neither a class nor ignored',
      () => crossEntropy(zeros([2, 3]), [-1, -100], { ignoreIndex: -1 }),
      /^crossEntropy: label -100 at index 1 must be a whole number from 0 to 2, or -1$/,
    ],
    [
      'an ignored label without the option',
      () => nllLoss(zeros([2, 3]), [0, -100]),
      /^nllLoss: label -100 at index 1 must be a whole number from 0 to 2$/,
    ],
    [
      'an unknown option',
      () => crossEntropy(zeros([1, 3]), [0], untyped({ ignore_index: 1 })),
      /^crossEntropy: unknown option ignore_index; the options are weight, ignoreIndex, /,
    ],
    [
      'an unknown option of a regression loss',
      () => huber(zeros([1]), zeros([1]), untyped({ beta: 1 })),
      /^huber: unknown option beta; the options are delta, reduction/,
    ],
    [
      'an unknown option of smoothL1',
      () => smoothL1(zeros([1]), zeros([1]), untyped({ delta: 1 })),
      /^smoothL1: unknown option delta; the options are beta, reduction/,
    ],
    [
      'an unknown option of a loss of logits',
      () => binaryCrossEntropyWithLogits(zeros([1]), zeros([1]), untyped({ pos_weight: 1 })),
      /^binaryCrossEntropyWithLogits: unknown option pos_weight; the options are weight, posWeight/,
    ],
    [
      'an unknown reduction of klDiv',
      () => klDiv(zeros([1]), zeros([1]), untyped({ reduction: 'batchmean' })),
      /^klDiv: reduction must be "mean", "batchMean", "sum" or "none", got "batchmean"/,
    ],
    [
      'batchMean of another loss',
      () => mse(zeros([1]), zeros([1]), untyped('batchMean')),
      /^loss: reduction must be "mean", "sum" or "none", got "batchMean"/,
    ],
    [
      'a delta of NaN',
      () => huber(zeros([1]), zeros([1]), { delta: NaN }),
      /^huber: delta must be above 0, got NaN/,
    ],
  ])('%s', (_, call, message) =>
    onReference(() => {
      const misuse = (): unknown => scope(() => void call());
      expect(misuse).toThrow(ArgumentError);
      expect(misuse).toThrow(message);
    })(),
  );

  it(
    'a flat list of labels must have one label per element',
    onReference(() => {
      scope(() => {
        expect(() => crossEntropy(zeros([2, 3, 4]), [0, 1])).toThrow(ShapeError);
        expect(() => crossEntropy(zeros([2, 3, 4]), [0, 1])).toThrow(/got \[2,3,4\] and \[2\]/);
      });
    }),
  );

  it('a list instead of a tensor', () => {
    const losses = { binaryCrossEntropy, binaryCrossEntropyWithLogits, huber, klDiv, l1, mse };
    for (const [name, loss] of Object.entries({ ...losses, nllLoss, smoothL1, softCrossEntropy })) {
      const call = (): unknown => loss(untyped([1, 2]), untyped([0, 0]));
      expect(call, name).toThrow(RegExp(`^${name}: .* must be a tensor, got \\[1,2\\]`));
    }
  });
});

// A backend may keep images channels-last between two layers and convert them only when the public
// order is needed. The layout must never affect results. Every kind of reader follows every kind of
// writer here, with views of buffers that are converted or updated in place.
//
// Inputs are integers: sums are exact, ties are common, and rounding cannot flip a ReLU on one
// backend only.

import { describe, expect, it } from 'vitest';
import {
  add,
  concat,
  conv2d,
  maxPool2d,
  mul,
  permute,
  relu,
  reshape,
  Rng,
  scope,
  slice,
  type Tensor,
  tensor,
  withBackend,
} from '../../src/engine/index.js';
import { updateInPlace } from '../../src/engine/launch.js';
import * as kernels from '../../kernels/elementwise.js';
import { backendsUnderTest } from '../support/backends.js';
import { type Computation, expectClose, integerInput } from '../support/parity.js';
import { parityFixture } from '../support/parityFixture.js';
import { chainInputs, chains, wideChains, wideInputs } from './layoutChains.js';

const SEED = 20261123;
const SAME = { padding: 1 };

const computationOf =
  (inputs: Computation['inputs']) =>
  ([title, chain]: (typeof chains)[number]): [string, Computation] => [
    title,
    { title, inputs, call: ([x, f, g]) => chain(x, f, g) },
  ];
// Shared by the backends, so that the oracle computes each once (parityFixture.ts).
const computations = chains.map(computationOf(chainInputs));
const wideComputations = wideChains.map(computationOf(wideInputs));

describe.each(backendsUnderTest)('layouts on $name', (tested) => {
  const fixture = parityFixture(tested);
  const { agree } = fixture;

  it.each(computations)('%s', async (_, computation) => {
    for (const seed of [SEED, SEED + 1, SEED + 2]) await agree(computation, seed);
  });

  it.each(wideComputations)('wide: %s', (_, computation) => agree(computation, SEED, 5e-5));

  // In-place updates have no gradient; only the values are compared.
  const constants = [integerInput([2, 3, 5, 4], 2, false), integerInput([4, 3, 3, 3], 2, false)];
  const inPlace: [string, (x: Tensor, f: Tensor) => Tensor][] = [
    [
      'a conv scaled in place, with views of it',
      (x, f) => {
        const y = conv2d(x, f, null, SAME);
        const views = [slice(y, 1, 1, 3), permute(y, [0, 1, 3, 2]), reshape(y, [2, 4, 20])];
        updateInPlace(kernels.scaleShift, y.array, [], { factor: 2, summand: 1 });
        return concatFlat([...views, y]);
      },
    ],
    [
      'a conv updated in place with another one',
      (x, f) => {
        const [y, z] = [conv2d(x, f, null, SAME), conv2d(relu(x), f, null, SAME)];
        const view = reshape(y, [8, 20]);
        updateInPlace(kernels.add, y.array, [z.array]);
        updateInPlace(kernels.sub, y.array, [reshape(z, [2, 4, 5, 4]).array]);
        updateInPlace(kernels.mul, y.array, [z.array]);
        return add(reshape(view, [160]), reshape(z, [160]));
      },
    ],
    [
      'a plain array updated with a conv, and a conv with a plain array',
      (x, f) => {
        const y = conv2d(x, f, null, SAME);
        const plain = mul(reshape(tensor([...Array(160).keys()]), [2, 4, 5, 4]), 1);
        updateInPlace(kernels.add, plain.array, [y.array]);
        updateInPlace(kernels.add, y.array, [plain.array]);
        return concatFlat([y, plain, permute(y, [3, 1, 2, 0])]);
      },
    ],
    [
      'a conv updated by a kernel without a SIMD version',
      (x, f) => {
        const y = conv2d(x, f, null, SAME);
        const pooled = maxPool2d(y, { window: 1 });
        updateInPlace(kernels.maximum, y.array, [reshape(pooled, [2, 4, 5, 4]).array]);
        updateInPlace(kernels.clamp, y.array, [], { low: -20, high: 20 });
        return conv2d(y, reshape(slice(f, 1, 0, 1), [1, 4, 3, 3]), null, SAME);
      },
    ],
  ];

  it.each(inPlace)('%s', (title, call) =>
    agree({ title, inputs: constants, call: ([x, f]) => call(x, f) }, SEED),
  );

  it('filters changed in place between two convolutions invalidate packed weights', () =>
    agree(
      {
        title: 'filters in place',
        inputs: constants,
        call: ([x, f]) => {
          const before = conv2d(x, f, null, SAME);
          updateInPlace(kernels.scaleShift, f.array, [], { factor: -1, summand: 2 });
          return add(before, conv2d(x, f, null, SAME));
        },
      },
      SEED,
    ));

  it('reads return the public order, whatever op uses the buffer next', async () => {
    const { backend } = fixture;
    const rng = new Rng(SEED);
    const values = [constants[0], constants[1]].map((input) =>
      Float32Array.from(input.values(rng)),
    );
    const pending = withBackend(backend, () =>
      scope(() => {
        const [x, f] = values.map((each, i) => tensor(each, { shape: constants[i].shape }));
        const y = conv2d(x, f, null, SAME);
        const before = y.data();
        maxPool2d(y, { window: 2 });
        const between = slice(y, 0, 1).data();
        relu(conv2d(reshape(y, [4, 2, 5, 4]), slice(f, 1, 0, 2), null, SAME));
        return Promise.all([before, between, y.data()]);
      }),
    );
    const [before, between, after] = await pending;
    expectClose(after, before, 'the same buffer read twice', 0);
    expectClose(between, before.slice(80), 'a view of it', 0);
    expect(backend.memory.live).toBe(0);
  });
});

/** All elements of several tensors as one vector. */
const concatFlat = (parts: readonly Tensor[]): Tensor =>
  concat(parts.map((part) => reshape(part, [part.size])));

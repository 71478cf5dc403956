// Every implementation of the wasm kernels that depends on sizes, forced on all samples: Winograd and
// direct convolution, and the division of small work among threads.

import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/engine/backends/wasm/index.js';
import { checkComputations, checkComputation } from '../../src/app/check/checkBackend.js';
import {
  conv2d,
  ReferenceBackend,
  Rng,
  scope,
  tensor,
  withBackend,
} from '../../src/engine/index.js';

const SEED = 20261129;

describe.each([
  ['direct', 1],
  ['direct', 2],
  ['winograd', 1],
  ['winograd', 3],
  ['split', 2],
  ['split', 3],
] as const)('dispatch %s, %i thread(s)', (dispatch, threads) => {
  it('agrees with the reference on all samples and large samples', async () => {
    const backend = await createWasmBackend({ threads, dispatch });
    const exact = new ReferenceBackend({ dtype: 'float64' });
    const wrong = [];
    for (const computation of checkComputations) {
      const result = await checkComputation(backend, exact, computation, SEED);
      if (!result.ok) wrong.push(result);
    }
    expect(wrong).toEqual([]);
    await Promise.all([backend.dispose(), exact.dispose()]);
  });
});

it('direct and Winograd convolution round differently, so each was selected', async () => {
  const rng = new Rng(SEED);
  const draw = (length: number): number[] => Array.from({ length }, () => rng.between(-1, 1));
  const [x, w] = [draw(2 * 8 * 7 * 7), draw(8 * 8 * 3 * 3)];
  const compute = async (dispatch: 'auto' | 'direct' | 'winograd'): Promise<number[]> => {
    const backend = await createWasmBackend({ threads: 1, dispatch });
    const pending = withBackend(backend, () =>
      scope(() =>
        conv2d(tensor(x, { shape: [2, 8, 7, 7] }), tensor(w, { shape: [8, 8, 3, 3] }), null, {
          padding: 1,
        }).data(),
      ),
    );
    const values = [...(await pending)];
    await backend.dispose();
    return values;
  };
  const [auto, direct, winograd] = [
    await compute('auto'),
    await compute('direct'),
    await compute('winograd'),
  ];
  expect(auto).toEqual(direct); // too few channels for Winograd
  expect(winograd).not.toEqual(direct);
});

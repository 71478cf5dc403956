// Every large sample of every op has the same result, bit for bit, however its work is divided:
// with one thread, and with all work divided among two, three and four threads.

import { expect, it } from 'vitest';
import { checkComputations } from '../../src/app/check/checkBackend.js';
import { compute, type Results } from '../../src/app/check/computation.js';
import { createWasmBackend, type WasmOptions } from '../../src/engine/backends/wasm/index.js';
import { withFreshBackend } from '../support/backends.js';

const SEED = 20261129;

const resultsOf = (options: WasmOptions): Promise<Results[]> =>
  withFreshBackend(
    () => createWasmBackend(options),
    async (backend) => {
      const results = [];
      for (const computation of checkComputations) {
        results.push(await compute(backend, computation, SEED));
      }
      return results;
    },
  );

it('results do not depend on the division of the work', async () => {
  const expected = await resultsOf({ threads: 1 });
  for (const threads of [2, 3, 4]) {
    const actual = await resultsOf({ threads, dispatch: 'split' });
    const different = checkComputations.filter((_, index) =>
      [...expected[index]].some(([name, values]) => {
        const others = actual[index].get(name)!;
        return !values.every((value, i) => Object.is(value, others[i]));
      }),
    );
    expect(
      different.map(({ title }) => title),
      `${threads} threads, seed ${SEED}`,
    ).toEqual([]);
  }
});

// An op defined outside the package, with the public API only.

import { describe, expect, it } from 'vitest';
import {
  checkGradient,
  createGpuBackend,
  defineComposite,
  defineOp,
  elementwise,
  kernel,
  mul,
  positive,
  scope,
  sum,
  tensor,
  withBackend,
  type Backend,
  type NoAttributes,
} from '../../src/index.js';
import { backendsUnderTest } from '../support/backends.js';

// Named as kernels of the package, with other formulas.
const cube = kernel('relu', ['x'], [], function (x) {
  return x[this.thread.x] * x[this.thread.x] * x[this.thread.x];
});
const cubeGrad = kernel('reluGrad', ['grad', 'x'], [], function (grad, x) {
  return 3 * grad[this.thread.x] * x[this.thread.x] * x[this.thread.x];
});
const cubeOp = defineOp<NoAttributes>({
  name: 'relu',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(cube, [x]),
  backward: ({ grad, inputs: [x] }) => [() => elementwise(cubeGrad, [grad, x])],
  samples: [{ title: 'positive', inputs: [positive(2, 3)], attributes: {} }],
});

/** Value and gradient at 1, 2, 3. */
async function evaluate(backend: Backend): Promise<number[][]> {
  const [value, gradient] = withBackend(backend, () =>
    scope(() => {
      const x = tensor([1, 2, 3], { requiresGrad: true });
      const y = cubeOp([x], {});
      sum(y).backward();
      return [y.data(), x.grad!.data()];
    }),
  );
  return [[...(await value)], [...(await gradient)]];
}

const expected = [
  [1, 8, 27],
  [3, 12, 27],
];

describe("an op whose kernels have the names of the package's own", () => {
  it.each(backendsUnderTest.map((one) => [one.name, one] as const))(
    'runs its own formulas on %s',
    async (_, { make }) => {
      const backend = await make();
      try {
        expect(await evaluate(backend)).toEqual(expected);
      } finally {
        await backend.dispose();
      }
    },
  );

  it('runs its own formulas through gpu.js', async () => {
    const backend = await createGpuBackend({ mode: 'webasm' });
    try {
      expect(await evaluate(backend)).toEqual(expected);
    } finally {
      await backend.dispose();
    }
  });

  it('passes the gradient check, which a wrong gradient fails', async () => {
    const [{ inputs }] = cubeOp.samples;
    const { compared } = await checkGradient((x) => cubeOp(x, {}), inputs);
    expect(compared).toBe(6);
    const wrong = defineOp<NoAttributes>({
      name: 'wrongCube',
      infer: ([x]) => x,
      forward: ([x]) => elementwise(cube, [x]),
      backward: ({ grad }) => [() => grad],
      samples: [],
    });
    await expect(checkGradient((x) => wrong(x, {}), inputs)).rejects.toThrow(/gradient/);
  });
});

it('defineComposite needs no gradient', async () => {
  const square = defineComposite<NoAttributes>({
    name: 'square',
    compose: ([x]) => mul(x, x),
    samples: [{ title: 'positive', inputs: [positive(4)], attributes: {} }],
  });
  await expect(
    checkGradient((x) => square(x, {}), square.samples[0].inputs),
  ).resolves.toBeDefined();
});

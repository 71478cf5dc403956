// Error bounds of the SIMD functions, which their doc comments state: against float64 over the whole
// range of float32, and densely where they vary. Special values are exact.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Backend,
  cos,
  elu,
  erf,
  exp,
  expm1,
  log,
  log1p,
  pow,
  scope,
  sigmoid,
  silu,
  sin,
  softplus,
  sqrt,
  tanh,
  tensor,
  type Tensor,
  withBackend,
} from '../../src/engine/index.js';
import { erf as erfKernel } from '../../kernels/special.js';
import { allBackends } from '../support/backends.js';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

interface AccurateFunction {
  readonly title: string;
  readonly call: (x: Tensor) => Tensor;
  /** In float64. */
  readonly exact: (x: number) => number;
  /** Largest error, in units in the last place of the exact value. */
  readonly units: number;
  /** Largest error where the one above does not hold. Default 0. */
  readonly absolute?: number;
  /** Half the width of the densely sampled interval around 0. */
  readonly width: number;
  /** Inputs and exact outputs, -0 included. */
  readonly special: readonly (readonly [x: number, y: number])[];
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** The float64 accuracy of the kernel is 3e-14. */
const exactErf = (x: number): number =>
  (erfKernel.body as (...args: unknown[]) => number).call({ thread: { x: 0 } }, [x], 1);

const powOf = (exponent: number, special: AccurateFunction['special']): AccurateFunction => ({
  title: `pow(x, ${exponent})`,
  call: (x) => pow(x, exponent),
  exact: (x) => Math.pow(x, Math.fround(exponent)),
  units: 2,
  width: 4,
  special,
});

const FUNCTIONS: readonly AccurateFunction[] = [
  {
    title: 'exp',
    call: exp,
    exact: Math.exp,
    units: 1.5,
    width: 105,
    // prettier-ignore
    special: [[nan, nan], [inf, inf], [-inf, 0], [0, 1], [-0, 1], [88.8, inf], [-104, 0]],
  },
  {
    title: 'log',
    call: log,
    exact: Math.log,
    units: 1.5,
    width: 3,
    // prettier-ignore
    special: [[nan, nan], [inf, inf], [-inf, nan], [0, -inf], [-0, -inf], [1, 0], [-1e-45, nan]],
  },
  {
    title: 'expm1',
    call: expm1,
    exact: Math.expm1,
    units: 2,
    width: 30,
    // prettier-ignore
    special: [[nan, nan], [inf, inf], [-inf, -1], [0, 0], [-0, -0], [88.8, inf], [1e-45, 1e-45]],
  },
  {
    title: 'log1p',
    call: log1p,
    exact: Math.log1p,
    units: 2,
    width: 3,
    // prettier-ignore
    special: [[nan, nan], [inf, inf], [-inf, nan], [0, 0], [-0, -0], [-1, -inf], [-1.5, nan]],
  },
  {
    title: 'sigmoid',
    call: sigmoid,
    exact: logistic,
    units: 3,
    absolute: 1.2e-38,
    width: 90,
    // prettier-ignore
    special: [[nan, nan], [inf, 1], [-inf, 0], [0, 0.5], [-0, 0.5], [200, 1], [-200, 0]],
  },
  {
    title: 'tanh',
    call: tanh,
    exact: Math.tanh,
    units: 3,
    width: 10,
    // prettier-ignore
    special: [[nan, nan], [inf, 1], [-inf, -1], [0, 0], [-0, -0], [200, 1], [-200, -1]],
  },
  {
    title: 'erf',
    call: erf,
    exact: exactErf,
    units: 4,
    width: 5,
    // prettier-ignore
    special: [[nan, nan], [inf, 1], [-inf, -1], [0, 0], [-0, -0], [4, 1], [-4, -1]],
  },
  {
    title: 'silu',
    call: silu,
    exact: (x) => x * logistic(x),
    units: 4,
    absolute: 1.2e-36,
    width: 90,
    special: [[nan, nan], [inf, inf], [-inf, nan], [0, 0], [-0, -0]], // prettier-ignore
  },
  {
    title: 'softplus',
    call: (x) => softplus(x, { threshold: 200 }),
    exact: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    units: 3,
    width: 105,
    special: [[nan, nan], [inf, inf], [-inf, 0]], // prettier-ignore
  },
  {
    title: 'elu',
    call: (x) => elu(x, 1),
    exact: (x) => (x > 0 ? x : Math.expm1(x)),
    units: 0,
    absolute: 1e-7,
    width: 20,
    special: [[nan, nan], [inf, inf], [-inf, -1], [0, 0]], // prettier-ignore
  },
  {
    title: 'sqrt',
    call: sqrt,
    exact: Math.sqrt,
    units: 0.5,
    width: 4,
    special: [[nan, nan], [inf, inf], [-inf, nan], [0, 0], [-0, -0], [-1, nan]], // prettier-ignore
  },
  // Also large angles, where a float32 differs from the next by more than a period.
  ...(
    [
      ['sin', sin, Math.sin, 0],
      ['cos', cos, Math.cos, 1],
    ] as const
  ).map(([title, call, exact, atZero]): AccurateFunction => ({
    title,
    call,
    exact,
    units: 0,
    absolute: 1e-7,
    width: 8192,
    special: [[nan, nan], [inf, nan], [-inf, nan], [0, atZero]], // prettier-ignore
  })),
  // prettier-ignore
  powOf(1.7, [[nan, nan], [inf, inf], [-inf, inf], [0, 0], [-0, 0], [1, 1], [-1, nan]]),
  // prettier-ignore
  powOf(-0.3, [[nan, nan], [inf, 0], [-inf, 0], [0, inf], [-0, inf], [1, 1], [-1, nan]]),
  // prettier-ignore
  powOf(7, [[nan, nan], [inf, inf], [-inf, -inf], [0, 0], [-0, -0], [1, 1], [-1, -1]]),
  powOf(100, [[nan, nan], [inf, inf], [-inf, inf], [-0, 0], [-1, 1]]), // prettier-ignore
  // Products, quotients and roots.
  powOf(3, [[nan, nan], [inf, inf], [-inf, -inf], [-0, -0], [-1, -1]]), // prettier-ignore
  powOf(2, [[nan, nan], [inf, inf], [-inf, inf], [-0, 0]]), // prettier-ignore
  powOf(1, [[nan, nan], [inf, inf], [-inf, -inf], [-0, -0]]), // prettier-ignore
  powOf(0, [[nan, 1], [inf, 1], [-inf, 1], [-0, 1]]), // prettier-ignore
  powOf(-1, [[nan, nan], [inf, 0], [-inf, -0], [0, inf], [-0, -inf]]), // prettier-ignore
  powOf(-2, [[nan, nan], [inf, 0], [-inf, 0], [0, inf], [-0, inf]]), // prettier-ignore
  powOf(0.5, [[nan, nan], [inf, inf], [-inf, inf], [-0, 0], [-1, nan]]), // prettier-ignore
  powOf(-0.5, [[nan, nan], [inf, 0], [-inf, 0], [0, inf], [-0, inf], [-1, nan]]), // prettier-ignore
];

const COUNT = 1 << 17;

/** Numbers of every exponent and both signs: every 2^15-th float32. */
const WHOLE_RANGE = new Float32Array(
  Uint32Array.from({ length: COUNT }, (_, i) => i * 32768 + ((i * 40503) % 32768)).buffer,
);

/** Numbers from -width to width, no two of them equal. */
const dense = (width: number): Float32Array =>
  Float32Array.from({ length: COUNT }, (_, i) => width * ((2 * i + 1) / COUNT - 1));

/** The distance of float32 numbers near a value. */
function unitOf(value: number): number {
  const size = Math.abs(value);
  if (size < 2 ** -126) return 2 ** -149;
  const exponent = Math.floor(Math.log2(size));
  return 2 ** ((2 ** exponent > size ? exponent - 1 : exponent) - 23);
}

/** Describes an element that differs by more than the bound; null if it does not. */
function violation(one: AccurateFunction, x: number, y: number): string | null {
  const exact = one.exact(x);
  const rounded = Math.fround(exact);
  if (Object.is(y, rounded)) return null;
  const error = Math.abs(y - exact);
  const bound = Math.max(one.units * unitOf(exact), one.absolute ?? 0);
  if (error <= bound) return null;
  // Near the largest float32, the exact value rounds to infinity or not.
  const largest = 2 ** 128;
  if (Math.abs(exact) > largest * (1 - one.units * 2 ** -24) && Math.abs(exact) < largest * 1.001) {
    if (Math.abs(y) === inf || Math.abs(y) > largest * (1 - 2 ** -20)) return null;
  }
  return `${one.title}(${x}) is ${y}, exactly ${exact}: ${error / unitOf(exact)} units`;
}

describe.each(
  (await allBackends()).filter(({ name }) => name.startsWith('wasm') && name.includes('1 thread')),
)('$name', ({ make }) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await make();
  });
  afterAll(() => backend.dispose());

  const evaluate = (call: (x: Tensor) => Tensor, x: number[] | Float32Array) =>
    withBackend(backend, () => scope(() => call(tensor(x)).data()));

  it.each(FUNCTIONS)('$title: errors', async (one) => {
    for (const x of [WHOLE_RANGE, dense(one.width), dense(one.width / 64)]) {
      const y = await evaluate(one.call, x);
      for (let i = 0; i < x.length; i++) {
        const message = violation(one, x[i], y[i]);
        if (message !== null) expect.fail(message);
      }
    }
  });

  it.each(FUNCTIONS)('$title: special values', async ({ call, special }) => {
    const y = await evaluate(
      call,
      special.map(([x]) => x),
    );
    expect([...y]).toEqual(special.map(([, value]) => Math.fround(value)));
  });
});

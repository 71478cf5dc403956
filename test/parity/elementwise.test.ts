// Every elementwise SIMD kernel: any number of elements, with the same bits as in a longer array and on
// any number of threads; and special values, against the kernel's formula.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernel } from '../../kernels/kernel.js';
import { elementwiseOverrides } from '../../src/engine/backends/wasm/elementwise.js';
import { createWasmBackend, wasmFeatures } from '../../src/engine/backends/wasm/index.js';
import type { Backend } from '../../src/engine/index.js';
import { Rng } from '../../src/engine/index.js';
import { allKernels } from '../support/kernels.js';

/** Scalars by name; kernels with several interesting sets have one case for each. */
const SCALARS: Readonly<Record<string, number>> = {
  value: 1.5,
  factor: 0.75,
  summand: -0.25,
  beta: 0.9,
  alpha: 0.3,
  low: -0.5,
  high: 0.625,
  slope: 0.125,
  threshold: 2,
  delta: 0.5,
  invalid: NaN,
  quadrants: 1,
};

/** Exponents with a loop of their own, and general ones: integers and a fraction. */
const EXPONENTS = [-2, -1, -0.5, 0, 0.5, 1, 2, 3, 5, -4, 1.5];

interface KernelCase {
  readonly title: string;
  readonly kernel: Kernel;
  readonly scalars: Readonly<Record<string, number>>;
}

function casesOf(kernel: Kernel): KernelCase[] {
  const scalars = Object.fromEntries(kernel.scalars.map((name) => [name, SCALARS[name]]));
  if (!kernel.scalars.includes('exponent')) return [{ title: kernel.name, kernel, scalars }];
  return EXPONENTS.map((exponent) => {
    const sign = Number.isInteger(exponent) ? (exponent % 2 === 0 ? 1 : -1) : NaN;
    const own = kernel.scalars.includes('sign') ? { exponent, sign } : { exponent };
    return { title: `${kernel.name}, exponent ${exponent}`, kernel, scalars: own };
  });
}

const CASES = Object.keys(elementwiseOverrides)
  .map((name) => allKernels.find(({ kernel }) => kernel.name === name)!.kernel)
  .flatMap(casesOf);

const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -2.5];

/** Also numbers whose products overflow or underflow, which the formula computes in float64. */
const SPECIAL_ALONE = [...SPECIAL, 1e-40, -1e-40, 3e38, -3e38, 9e3];

/** More than one chunk for each of several threads, and not a multiple of four. */
const LENGTH = 1027;

/** Numbers of both signs and special values. */
const inputsOf = ({ inputs }: Kernel): Float32Array[] =>
  inputs.map((_, input) => {
    const rng = new Rng(7).split(`input ${input}`);
    return Float32Array.from({ length: LENGTH }, (_, i) =>
      i % 11 === input
        ? SPECIAL_ALONE[Math.floor(i / 11) % SPECIAL_ALONE.length]
        : rng.between(-3, 3),
    );
  });

/** All combinations of special values: input k changes with the k-th power of their number. */
function combinationsOf({ inputs }: Kernel): Float32Array[] {
  const values = inputs.length === 1 ? SPECIAL_ALONE : SPECIAL;
  return inputs.map((_, input) =>
    Float32Array.from(
      { length: values.length ** inputs.length },
      (_, i) => values[Math.floor(i / values.length ** input) % values.length],
    ),
  );
}

async function run(backend: Backend, one: KernelCase, inputs: readonly ArrayLike<number>[]) {
  const { kernel, scalars } = one;
  const length = inputs.length === 0 ? LENGTH : inputs[0].length;
  const buffers = inputs.map((values) => backend.upload(values));
  const output = backend.run({ kernel, inputs: buffers, constants: {}, scalars, length });
  const values = Float32Array.from(await backend.read(output));
  for (const buffer of [...buffers, output]) backend.free(buffer);
  return new Uint32Array(values.buffer);
}

const builds = (await wasmFeatures()).relaxedSimd
  ? (['base', 'relaxed'] as const)
  : (['base'] as const);

describe.each(builds)('%s build', (module) => {
  let one: Backend;
  let several: Backend;
  beforeAll(async () => {
    one = await createWasmBackend({ module, threads: 1 });
    several = await createWasmBackend({ module, threads: 3, dispatch: 'split' });
  });
  afterAll(async () => {
    await one.dispose();
    await several.dispose();
  });

  it.each(CASES)('$title: any length, any number of threads', async (kernelCase) => {
    const inputs = inputsOf(kernelCase.kernel);
    const expected = await run(one, kernelCase, inputs);
    expect(await run(several, kernelCase, inputs)).toEqual(expected);
    if (inputs.length === 0) return;
    for (const length of [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33, 100]) {
      const parts = inputs.map((values) => values.subarray(0, length));
      expect(await run(one, kernelCase, parts)).toEqual(expected.subarray(0, length));
    }
  });

  it.each(CASES)('$title: special values', async (kernelCase) => {
    const { kernel, scalars } = kernelCase;
    const inputs = combinationsOf(kernel);
    const actual = new Float32Array((await run(one, kernelCase, inputs)).buffer);
    const body = kernel.body as (...args: unknown[]) => number;
    const values = kernel.scalars.map((name) => Math.fround(scalars[name]));
    actual.forEach((y, x) => {
      const exact = body.call({ thread: { x } }, ...inputs, ...values);
      if (Object.is(y, Math.fround(exact))) return;
      const tolerance = 1e-6 * Math.max(1, Math.abs(exact));
      const message = `${inputs.map((array) => array[x]).join(', ')}: ${y}, expected ${exact}`;
      expect(Math.abs(y - exact), message).toBeLessThan(tolerance);
    });
  });
});

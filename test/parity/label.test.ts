// Kernels that select by label or by position, against the reference, bit for bit:
// invalid labels, sizes around four, any division among threads.

import { describe, expect, it } from 'vitest';
import { band, oneHot } from '../../kernels/mask.js';
import type { Constants, Kernel } from '../../kernels/kernel.js';
import { negativeLogLikelihood, negativeLogLikelihoodGrad } from '../../kernels/loss.js';
import { createWasmBackend } from '../../src/engine/backends/wasm/index.js';
import { type Backend, ReferenceBackend, Rng } from '../../src/engine/index.js';

interface LabelCase {
  readonly title: string;
  readonly kernel: Kernel<Constants, Readonly<Record<string, number>>>;
  readonly constants: Constants;
  readonly inputs: readonly Float32Array[];
  readonly length: number;
}

const numbers = (length: number): Float32Array => {
  const rng = new Rng(3);
  return Float32Array.from({ length }, () => rng.between(-2, 2));
};

/** Classes, and numbers that are none. */
const labels = (length: number, size: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => (i % 7 === 5 ? [-1, size, 0.5, NaN][i % 4] : i % size));

const nll = (outer: number, size: number, inner: number): LabelCase[] => [
  {
    title: `negativeLogLikelihood [${outer}, ${size}, ${inner}]`,
    kernel: negativeLogLikelihood,
    constants: { size, inner },
    inputs: [numbers(outer * size * inner), labels(outer * inner, size)],
    length: outer * inner,
  },
  {
    title: `negativeLogLikelihoodGrad [${outer}, ${size}, ${inner}]`,
    kernel: negativeLogLikelihoodGrad,
    constants: { size, inner },
    inputs: [numbers(outer * inner), labels(outer * inner, size)],
    length: outer * size * inner,
  },
];

const banded = (matrices: number, rows: number, columns: number): LabelCase[] =>
  [
    [0, columns],
    [-rows, -1],
    [-1, 2],
    [columns + 3, columns + 9],
    [-1e9, 1e9],
  ].map(([low, high]) => ({
    title: `band [${matrices}, ${rows}, ${columns}], diagonals ${low} to ${high}`,
    kernel: band,
    constants: { rows, columns, low, high },
    inputs: [numbers(matrices * rows * columns)],
    length: matrices * rows * columns,
  }));

const oneHotRows = (count: number, classes: number): LabelCase => ({
  title: `oneHot [${count}, ${classes}]`,
  kernel: oneHot,
  constants: { classes },
  inputs: [labels(count, classes)],
  length: count * classes,
});

const CASES: readonly LabelCase[] = [
  ...nll(1, 1, 1),
  ...nll(37, 5, 1),
  ...nll(3, 4, 9),
  ...nll(1, 7, 50),
  ...banded(1, 1, 1),
  ...banded(2, 5, 3),
  ...banded(3, 4, 9),
  oneHotRows(1, 1),
  oneHotRows(37, 5),
  oneHotRows(9, 33),
];

async function run(backend: Backend, one: LabelCase): Promise<Uint32Array> {
  const { kernel, constants, length } = one;
  const scalars = Object.fromEntries(kernel.scalars.map((name) => [name, NaN]));
  const inputs = one.inputs.map((values) => backend.upload(values));
  const output = backend.run({ kernel, inputs, constants, scalars, length });
  return new Uint32Array(Float32Array.from(await backend.read(output)).buffer);
}

describe.each([1, 3])('%d thread(s)', (threads) => {
  it.each(CASES)('$title', async (one) => {
    const reference = new ReferenceBackend();
    const wasm = await createWasmBackend({ threads, dispatch: 'split' });
    expect(await run(wasm, one)).toEqual(await run(reference, one));
    await wasm.dispose();
    await reference.dispose();
  });
});

// The gradient check detects typical mistakes: ops with one deliberate mistake each, and the
// reported error.

import { describe, expect, it } from 'vitest';
import {
  add,
  checkGradient,
  conv2d,
  crossEntropy,
  GradientError,
  type GradientReport,
  mul,
  relu,
  sigmoid,
  sum,
  tanh,
  type Tensor,
  tensor,
} from '../../src/engine/index.js';
import { elementwise, filled } from '../../src/engine/launch.js';
import type { NdArray } from '../../src/engine/ndarray.js';
import { defineOp, type NoAttributes, type OpDefinition } from '../../src/engine/op.js';
import { anywhere, awayFromZero, randomIndices, positive } from '../../src/engine/sample.js';
import * as kernels from '../../kernels/elementwise.js';

type Backward = OpDefinition<NoAttributes>['backward'];

/** y = a b with a correct forward and the given backward. */
function product(backward: Backward): (inputs: Tensor[]) => Tensor {
  const op = defineOp<NoAttributes>({
    name: 'product',
    infer: ([a]) => a,
    forward: ([a, b]) => elementwise(kernels.mul, [a, b]),
    backward,
    samples: [],
  });
  return (inputs) => op(inputs, {});
}

const times = (operands: readonly NdArray[]): NdArray => elementwise(kernels.mul, operands);
const scaled = (operands: readonly NdArray[], factor: number): NdArray =>
  elementwise(kernels.scaleShift, [times(operands)], { factor, summand: 0 });

const inputs = [awayFromZero(2, 3), awayFromZero(2, 3)];
const options = { name: 'product (equal shapes)', seed: 7 };
const check = (backward: Backward): Promise<GradientReport> =>
  checkGradient(product(backward), inputs, options);

/** Parses the error message of the check. */
function parse(message: string) {
  const match =
    /^(.+): gradient is wrong by (\S+) \(allowed (\S+)\) at input (\d+) \[(.*)\] element (\d+): analytic (\S+), numeric (\S+) \(seed (\d+)\)$/.exec(
      message,
    );
  if (match === null) throw new Error(`not the expected message: ${message}`);
  const [, name, error, , input, shape, element, analytic, numeric, seed] = match;
  return {
    name,
    error: Number(error),
    input,
    shape,
    element,
    analytic,
    numeric: Number(numeric),
    seed,
  };
}

async function failureOf(pending: Promise<GradientReport>) {
  const error = await pending.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GradientError);
  return parse((error as GradientError).message);
}

describe('checkGradient', () => {
  it('accepts a correct gradient', async () => {
    const report = await check(({ grad, inputs: [a, b] }) => [
      () => times([grad, b]),
      () => times([grad, a]),
    ]);
    expect(report.compared).toBe(12);
    expect(report.largestError).toBeLessThan(1e-6);
  });

  it('detects a wrong factor, and reports its location, both values and the seed', async () => {
    const reported = await failureOf(
      check(({ grad, inputs: [a, b] }) => [() => times([grad, b]), () => scaled([grad, a], 2)]),
    );
    expect(reported).toMatchObject({
      name: 'product (equal shapes)',
      input: '1',
      shape: '2,3',
      seed: '7',
    });
    expect(Number(reported.element)).toBeLessThan(6);
    expect(Number(reported.analytic) / reported.numeric).toBeCloseTo(2, 4);
    expect(reported.error).toBeCloseTo(0.5, 2); // |2g - g| / |2g|
  });

  it('detects a relative error of 1.5e-5', async () => {
    const reported = await failureOf(
      check(({ grad, inputs: [a, b] }) => [
        () => scaled([grad, b], 1 + 1.5e-5),
        () => times([grad, a]),
      ]),
    );
    expect(reported.error).toBeCloseTo(1.5e-5, 6);
  });

  it('detects a wrong sign', async () => {
    const reported = await failureOf(
      check(({ grad, inputs: [a, b] }) => [() => scaled([grad, b], -1), () => times([grad, a])]),
    );
    expect(Number(reported.analytic)).toBeCloseTo(-reported.numeric, 4);
    expect(reported.input).toBe('0');
  });

  it('detects swapped gradients of two inputs', async () => {
    await failureOf(
      check(({ grad, inputs: [a, b] }) => [() => times([grad, a]), () => times([grad, b])]),
    );
  });

  it('detects a missing factor of the incoming gradient', async () => {
    await failureOf(check(({ inputs: [a, b] }) => [() => b, () => a]));
  });

  it('detects a null gradient of a differentiable input', async () => {
    const reported = await failureOf(
      check(({ grad, inputs: [, b] }) => [() => times([grad, b]), null]),
    );
    expect(reported).toMatchObject({ input: '1', analytic: 'missing', error: Infinity });
  });

  it('detects NaN in a single element', async () => {
    const reported = await failureOf(
      check(({ grad, inputs: [a, b] }) => {
        const withNaN = tensor([
          [NaN, 1, 1],
          [1, 1, 1],
        ]).array;
        return [() => times([times([grad, b]), withNaN]), () => times([grad, a])];
      }),
    );
    expect(reported).toMatchObject({ input: '0', element: '0', analytic: 'NaN', error: Infinity });
  });

  it('detects a missing term: d(a^2) with the gradient of one factor only', async () => {
    const incomplete = product(({ grad, inputs: [, b] }) => [() => times([grad, b]), null]);
    const reported = await failureOf(
      checkGradient(([a]) => incomplete([a, a]), [awayFromZero(4)], options),
    );
    expect(Number(reported.analytic) / reported.numeric).toBeCloseTo(0.5, 4);
  });

  it('detects a single wrong element', async () => {
    const reported = await failureOf(
      check(({ grad, inputs: [a, b] }) => {
        const mask = tensor([
          [1, 1, 1],
          [1, 0, 1],
        ]).array;
        return [() => times([grad, b]), () => times([times([grad, a]), mask])];
      }),
    );
    expect(reported).toMatchObject({ input: '1', element: '4', analytic: '0' });
  });
});

describe('an invalid backward is rejected with the name of the op', () => {
  it('a gradient of a shape that is not a broadcast of the input', async () => {
    const transposed = product(({ grad, inputs: [a, b] }) => [
      () => times([grad, b]).permute([1, 0]),
      () => times([grad, a]),
    ]);
    await expect(checkGradient(transposed, inputs)).rejects.toThrow(
      'product, gradient of input 0: cannot expand [2,3] to [3,2]',
    );
  });

  it('fewer gradients than inputs', async () => {
    await expect(check(({ grad }) => [() => grad])).rejects.toThrow(
      'product: backward returned 1 gradients for 2 inputs; use null for no gradient',
    );
  });

  it('the same array for two inputs is accepted', async () => {
    const shared = defineOp<NoAttributes>({
      name: 'shared',
      infer: ([a]) => a,
      forward: ([a, b]) => elementwise(kernels.add, [a, b]),
      backward: ({ grad }) => {
        const both = elementwise(kernels.scaleShift, [grad], { factor: 1, summand: 0 });
        return [() => both, () => both];
      },
      samples: [],
    });
    const deep = ([a, b]: Tensor[]): Tensor => shared([mul(a, a), mul(b, b)], {});
    const report = await checkGradient(deep, inputs);
    expect(report.largestError).toBeLessThan(1e-6);
  });
});

describe('leaks are detected', () => {
  it('in a function that keeps a tensor', async () => {
    const tensors: Tensor[] = [];
    const leaky = ([x]: Tensor[]): Tensor => {
      tensors.push(mul(x, 2).keep());
      return x;
    };
    await expect(checkGradient(leaky, [anywhere(2)], { name: 'leaky' })).rejects.toThrow(
      /^leaky: \d+ buffers were still in use after the check$/,
    );
  });

  it('in a backward that keeps an array', async () => {
    const leaky = product(({ grad, inputs: [a, b] }) => {
      filled(grad.backend, [3], 0).keep();
      return [() => times([grad, b]), () => times([grad, a])];
    });
    await expect(checkGradient(leaky, inputs, { name: 'leaky' })).rejects.toThrow(
      'leaky: 1 buffers were still in use',
    );
  });
});

describe('a user-defined function', () => {
  it('may combine several ops and take labels without a gradient', async () => {
    const network = ([images, filters, weight, labels]: Tensor[]): Tensor => {
      const features = tanh(conv2d(images, filters, null, { padding: 1 }));
      return crossEntropy(sum(mul(features, weight), { axes: [2, 3] }), labels);
    };
    const report = await checkGradient(
      network,
      [anywhere(2, 1, 3, 3), anywhere(4, 1, 3, 3), positive(4, 1, 1), randomIndices(4, 2)],
      { name: 'my network' },
    );
    expect(report.compared).toBe(18 + 36 + 4);
  });

  it('fails at a kink and passes away from it', async () => {
    const kinked = ([x]: Tensor[]): Tensor => relu(x);
    const sampleAt = (value: number) => [
      { shape: [1], differentiable: true, values: () => [value] },
    ];
    await failureOf(checkGradient(kinked, sampleAt(0)));
    expect((await checkGradient(kinked, sampleAt(0.1))).compared).toBe(1);
  });

  it('can be checked with another tolerance and step', async () => {
    const curved = ([x]: Tensor[]): Tensor => sigmoid(add(x, x));
    const coarse = checkGradient(curved, [anywhere(5)], { step: 0.1 });
    await failureOf(coarse);
    const report = await checkGradient(curved, [anywhere(5)], { step: 0.1, tolerance: 0.1 });
    expect(report.largestError).toBeGreaterThan(1e-6);
  });
});

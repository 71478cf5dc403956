// Gradient clipping against values computed by hand. test/golden compares it with PyTorch.

import { describe, expect, it } from 'vitest';
import {
  add,
  ReferenceBackend,
  scope,
  sum,
  type FloatArray,
  type Tensor,
} from '../../src/engine/index.js';
import { clipGradNorm, clipGradValue, Parameter } from '../../src/nn/index.js';
import { freshBackend, setGrad } from './support.js';

freshBackend(() => new ReferenceBackend({ dtype: 'float64' }));

describe('clipping', () => {
  const clipped = async (
    parameters: Parameter[],
    clip: () => Tensor,
  ): Promise<[number, number[][]]> => {
    const norm = await scope(() => clip().item());
    const gradients = await Promise.all(
      parameters.map(({ grad }) => grad?.data() ?? Promise.resolve([])),
    );
    return [norm, gradients.map((gradient: FloatArray | never[]) => Array.from(gradient))];
  };

  it('clipGradNorm scales all gradients by one factor', async () => {
    const parameters = [
      new Parameter([2, 1], [0, 0]),
      new Parameter([1], [0]),
      new Parameter([3], [0, 0, 0]),
    ];
    setGrad(parameters[0], [3, 0]);
    setGrad(parameters[1], [-4]);
    const [norm, gradients] = await clipped(parameters, () => clipGradNorm(parameters, 1));
    expect(norm).toBe(5);
    expect(gradients[0][0]).toBeCloseTo(0.6, 6);
    expect(gradients[1][0]).toBeCloseTo(-0.8, 6);
    expect(parameters[2].grad).toBeNull();
    const [after, unchanged] = await clipped(parameters, () => clipGradNorm(parameters, 7));
    expect(after).toBeCloseTo(1, 6);
    expect(unchanged).toEqual(gradients); // below the limit: unchanged
    for (const parameter of parameters) parameter.dispose();
  });

  it.each([
    [1, 7, [3 / 7, -4 / 7]],
    [3, 91 ** (1 / 3), [3 / 91 ** (1 / 3), -4 / 91 ** (1 / 3)]],
    [Infinity, 4, [0.75, -1]],
  ])('clipGradNorm with the %d-norm', async (normType, expected, after) => {
    const parameters = [new Parameter([1], [0]), new Parameter([1], [0]), new Parameter([0], [])];
    setGrad(parameters[0], [3]);
    setGrad(parameters[1], [-4]);
    setGrad(parameters[2], []);
    const [norm, gradients] = await clipped(parameters, () =>
      clipGradNorm(parameters, 1, { normType }),
    );
    expect(norm).toBeCloseTo(expected, 12);
    after.forEach((value, index) => expect(gradients[index][0]).toBeCloseTo(value, 5));
    expect(gradients[2]).toEqual([]);
    for (const parameter of parameters) parameter.dispose();
  });

  it.each([1, 2, 3, Infinity])(
    'the %d-norm is NaN or infinite if a gradient is',
    async (normType) => {
      for (const [value, expected] of [
        [NaN, [NaN, NaN, NaN]],
        [-Infinity, [Infinity, NaN, 0]],
      ] as const) {
        const parameter = new Parameter([2], [0, 0]);
        setGrad(parameter, [value, 5]);
        const [norm, gradients] = await clipped([parameter], () =>
          clipGradNorm([parameter], 1, { normType }),
        );
        expect([norm, ...gradients[0]]).toEqual(expected);
        parameter.dispose();
      }
    },
  );

  it('clipGradNorm scales once where two parameters share one gradient', async () => {
    const parameters = [new Parameter([1], [1]), new Parameter([1], [2])];
    scope(() => sum(add(...(parameters as [Parameter, Parameter]))).backward());
    const [norm, gradients] = await clipped(parameters, () =>
      clipGradNorm(parameters, Math.SQRT2 / 2),
    );
    expect(norm).toBeCloseTo(Math.SQRT2, 12);
    expect(gradients[0][0]).toBeCloseTo(0.5, 5);
    expect(gradients[1][0]).toBeCloseTo(0.5, 5);
    for (const parameter of parameters) parameter.dispose();
  });

  it('clipGradValue limits each element', async () => {
    const parameter = new Parameter([4], [0, 0, 0, 0]);
    setGrad(parameter, [-3, -0.5, 0.25, 9]);
    clipGradValue([parameter], 0.5);
    expect(Array.from(await parameter.grad!.data())).toEqual([-0.5, -0.5, 0.25, 0.5]);
    parameter.dispose();
  });

  it('rejects an invalid limit, and returns norm 0 when no parameter has a gradient', async () => {
    const parameter = new Parameter([1], [0]);
    expect(() => clipGradNorm([parameter], 0)).toThrow(/maxNorm must be greater than 0, got 0/);
    for (const normType of [0, -1, NaN]) {
      expect(() => clipGradNorm([parameter], 1, { normType })).toThrow(
        `clipGradNorm: normType must be greater than 0, got ${normType}`,
      );
    }
    expect(() => clipGradNorm([parameter], 1, { norm: 1 } as object)).toThrow(
      /^clipGradNorm: unknown option norm; the options are normType/,
    );
    expect(() => clipGradValue([parameter], NaN)).toThrow(/limit must be greater than 0, got NaN/);
    expect(await scope(() => clipGradNorm([parameter], 1).item())).toBe(0);
    parameter.dispose();
  });
});

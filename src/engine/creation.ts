// Creates tensors: ranges, the identity matrix, random numbers, and constants in the shape of
// another tensor. tensor.ts has those that need no more than a value: tensor, full, zeros and ones.

import { ArgumentError } from './errors.js';
import { checkOptions, checkRng, describeValue } from './options.js';
import type { Rng } from './rng.js';
import { checkShape, sizeOf, type Shape } from './shape.js';
import { checkTensor, full, tensor, type Tensor, type TensorOptions } from './tensor.js';

/** Options of the functions that create a tensor of a given shape. */
export type CreationOptions = Omit<TensorOptions, 'shape'>;

/** A tensor of host values; `valueAt` computes one from its index in row-major order. */
function generate(
  caller: string,
  shape: Shape,
  valueAt: (index: number) => number,
  options: CreationOptions,
): Tensor {
  checkOptions(caller, options, { requiresGrad: true, backend: true });
  checkShape(shape, caller);
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, index) => valueAt(index));
  return tensor(values, { ...options, shape });
}

function checkFinite(caller: string, numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isFinite(value)) {
      throw new ArgumentError(
        `${caller}: ${name} must be a finite number, got ${describeValue(value)}`,
      );
    }
  }
}

/**
 * The numbers start, start + step, ... below `end` (above it for a negative step), shape `[count]`.
 * With one argument: 0, 1, ..., end - 1.
 *
 * @param step default 1
 * @param options defaults: no gradient, the current backend
 * @throws ArgumentError if a number is not finite, `step` is 0, or `end` is not in the direction of
 *   `step`
 * @see https://docs.pytorch.org/docs/stable/generated/torch.arange.html
 * @example
 * print(await scope(() => arange(4).print())); // [0, 1, 2, 3]
 * print(await scope(() => arange(1, 2, 0.25).print())); // [1, 1.2500, 1.5000, 1.7500]
 */
export function arange(
  start: number,
  end?: number,
  step = 1,
  options: CreationOptions = {},
): Tensor {
  if (end === undefined) return arange(0, start, step, options);
  checkFinite('arange', { start, end, step });
  if (step === 0 || (end - start) / step < 0) {
    throw new ArgumentError(
      `arange: step ${step} does not lead from ${start} to ${end}; needs a step of the sign of end - start`,
    );
  }
  const count = Math.ceil((end - start) / step);
  return generate('arange', [count], (index) => start + index * step, options);
}

/**
 * `count` evenly spaced numbers from `start` to `end`, both included, shape `[count]`.
 *
 * @param options defaults: no gradient, the current backend
 * @throws ArgumentError if `start` or `end` is not finite, or `count` is not an integer of at least
 *   0
 * @see https://docs.pytorch.org/docs/stable/generated/torch.linspace.html
 * @example
 * print(await scope(() => linspace(0, 1, 5).print())); // [0, 0.2500, 0.5000, 0.7500, 1]
 */
export function linspace(
  start: number,
  end: number,
  count: number,
  options: CreationOptions = {},
): Tensor {
  checkFinite('linspace', { start, end });
  if (!(Number.isInteger(count) && count >= 0)) {
    throw new ArgumentError(
      `linspace: count must be a whole number of at least 0, got ${describeValue(count)}`,
    );
  }
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  // The second half counts from the end, so that the last number is `end` exactly.
  const valueAt = (index: number): number =>
    index < count / 2 ? start + index * step : end - (count - 1 - index) * step;
  return generate('linspace', [count], valueAt, options);
}

/**
 * The identity matrix `[rows, columns]`: 1 on the main diagonal, 0 elsewhere.
 *
 * @param columns default: `rows`
 * @param options defaults: no gradient, the current backend
 * @throws ShapeError if a size is not an integer of at least 0
 * @see https://docs.pytorch.org/docs/stable/generated/torch.eye.html
 * @example
 * print(await scope(() => eye(2).print())); // [[1, 0], [0, 1]]
 */
export function eye(rows: number, columns = rows, options: CreationOptions = {}): Tensor {
  const isDiagonal = (index: number): boolean => index % columns === Math.floor(index / columns);
  return generate('eye', [rows, columns], (index) => (isDiagonal(index) ? 1 : 0), options);
}

/**
 * Random numbers, uniform in [0, 1).
 *
 * @param rng the generator; it advances by one draw for each element
 * @param options defaults: no gradient, the current backend
 * @throws ShapeError if a size is not an integer of at least 0
 * @throws ArgumentError if `rng` is not a generator
 * @see https://docs.pytorch.org/docs/stable/generated/torch.rand.html
 * @example
 * const x = rand([2, 3], new Rng(1));
 * print(await x.print());
 * x.dispose();
 */
export function rand(shape: Shape, rng: Rng, options: CreationOptions = {}): Tensor {
  checkRng('rand', rng);
  return generate('rand', shape, () => rng.uniform(), options);
}

/**
 * Random numbers of the standard normal distribution: mean 0, variance 1.
 *
 * @param rng the generator; it advances by two draws for each element
 * @param options defaults: no gradient, the current backend
 * @throws ShapeError if a size is not an integer of at least 0
 * @throws ArgumentError if `rng` is not a generator
 * @see https://docs.pytorch.org/docs/stable/generated/torch.randn.html
 * @example
 * const weight = randn([2, 3], new Rng(1), { requiresGrad: true });
 * print(await weight.print());
 * weight.dispose();
 */
export function randn(shape: Shape, rng: Rng, options: CreationOptions = {}): Tensor {
  checkRng('randn', rng);
  return generate('randn', shape, () => rng.normal(), options);
}

/**
 * A tensor of x's shape filled with one value.
 *
 * @param options defaults: no gradient, x's backend
 * @throws ArgumentError if `x` is not a tensor, or `value` is not a number
 * @see https://docs.pytorch.org/docs/stable/generated/torch.full_like.html
 * @example
 * print(await scope(() => fullLike(zeros([3]), 2).print())); // [2, 2, 2]
 */
export function fullLike(x: Tensor, value: number, options: CreationOptions = {}): Tensor {
  checkTensor(x, 'fullLike: x');
  return full(x.shape, value, { backend: x.array.backend, ...options });
}

/**
 * A tensor of x's shape filled with 0.
 *
 * @param options defaults: no gradient, x's backend
 * @throws ArgumentError if `x` is not a tensor
 * @see https://docs.pytorch.org/docs/stable/generated/torch.zeros_like.html
 * @example
 * print(await scope(() => zerosLike(ones([2])).print())); // [0, 0]
 */
export function zerosLike(x: Tensor, options: CreationOptions = {}): Tensor {
  checkTensor(x, 'zerosLike: x');
  return fullLike(x, 0, options);
}

/**
 * A tensor of x's shape filled with 1.
 *
 * @param options defaults: no gradient, x's backend
 * @throws ArgumentError if `x` is not a tensor
 * @see https://docs.pytorch.org/docs/stable/generated/torch.ones_like.html
 * @example
 * print(await scope(() => onesLike(zeros([2])).print())); // [1, 1]
 */
export function onesLike(x: Tensor, options: CreationOptions = {}): Tensor {
  checkTensor(x, 'onesLike: x');
  return fullLike(x, 1, options);
}

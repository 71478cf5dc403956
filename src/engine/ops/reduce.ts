// Reductions over axes: sum, mean, max, min, argmax, argmin, variance.

import { checkOptions } from '../options.js';
import {
  div as divKernel,
  mul as mulKernel,
  scaleShift as scaleShiftKernel,
  sub as subKernel,
} from '../../../kernels/elementwise.js';
import * as kernels from '../../../kernels/reduce.js';
import { noGrad } from '../current.js';
import { ShapeError } from '../errors.js';
import { checkIndexRange, elementwise, launch, sumOver } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp, type Op } from '../op.js';
import { anywhere, distinct } from '../sample.js';
import * as shapes from '../shape.js';
import type { Shape } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { scaleShift } from './arithmetic.js';
import { reshape } from './view.js';

interface AxesAttributes {
  /** Sorted, non-negative. */
  readonly axes: readonly number[];
}

/** Common options of the reductions. */
export interface ReduceOptions {
  /** One axis, several, or all (default); negative axes count from the end. */
  readonly axes?: number | readonly number[];
  /** Keep the reduced axes as size 1. Default false. */
  readonly keepDims?: boolean;
}

const keepDimsShape = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((size, axis) => (axes.includes(axis) ? 1 : size));

/** The op behind `sum`: the reduced axes stay as size 1. */
export const sumOp = defineOp<AxesAttributes>({
  name: 'sum',
  infer: ([x], { axes }) => keepDimsShape(x, axes),
  forward: ([x], { axes }) => (axes.length === 0 ? x.view() : sumOver(x, axes)),
  // Each summand has derivative 1.
  backward: ({ grad, inputs: [x] }) => [() => grad.expand(x.shape)],
  samples: [
    { title: 'all', inputs: [anywhere(2, 3)], attributes: { axes: [0, 1] } },
    { title: 'last', inputs: [anywhere(2, 3)], attributes: { axes: [1] } },
    { title: 'batch and space', inputs: [anywhere(2, 3, 2, 2)], attributes: { axes: [0, 2, 3] } },
    { title: 'a view', inputs: [anywhere(4, 3)], attributes: { axes: [0] } },
  ],
});

function checkNotEmpty(x: Shape, axis: number, caller: string): void {
  if (x[axis] === 0)
    throw new ShapeError(
      `${caller}: axis ${axis} of ${shapes.format(x)} has size 0; needs at least 1`,
    );
}

/** The two selections; both share all code but one negation. */
type Extremum = 'max' | 'min';

/** Index of the maximum or minimum of each line along `axis`. The minimum is the maximum of -x. */
function indexOfExtremum(
  x: NdArray,
  axis: number,
  { name, shape, caller }: { name: Extremum; shape: Shape; caller: string },
): NdArray {
  checkIndexRange(x, x.shape[axis], caller);
  const { size, inner } = shapes.splitAtAxis(x.shape, axis);
  const operand =
    name === 'max' ? x : elementwise(scaleShiftKernel, [x], { factor: -1, summand: 0 });
  return launch(kernels.argmaxAxis, [operand], shape, { size, inner });
}

/** The maximum or minimum of each line along `axis`, which stays as size 1, and its index. */
function extremumAlongAxis(
  x: NdArray,
  axis: number,
  name: Extremum,
): { value: NdArray; index: NdArray } {
  const shape = x.shape.with(axis, 1);
  const index = indexOfExtremum(x, axis, { name, shape, caller: name });
  const { size, inner } = shapes.splitAtAxis(x.shape, axis);
  return { value: launch(kernels.takeAxis, [x, index], shape, { size, inner }), index };
}

/** Maximum or minimum along one axis, which stays as size 1; the gradient goes to one element. */
const defineExtremum = (name: Extremum): Op<{ readonly axis: number }> =>
  defineOp<{ readonly axis: number }>({
    name,
    infer: ([x], { axis }) => {
      checkNotEmpty(x, axis, name);
      return x.with(axis, 1);
    },
    forward: ([x], { axis }, save) => {
      const { value, index } = extremumAlongAxis(x, axis, name);
      save(index);
      return value;
    },
    backward: ({ grad, inputs: [x], attributes: { axis }, saved: [index] }) => [
      () => {
        const { size, inner } = shapes.splitAtAxis(x.shape, axis);
        return launch(kernels.takeAxisGrad, [grad, index], x.shape, { size, inner });
      },
    ],
    samples: [
      { title: 'rows', inputs: [distinct(3, 5)], attributes: { axis: 1 } },
      { title: 'columns', inputs: [distinct(4, 3)], attributes: { axis: 0 } },
      { title: 'middle', inputs: [distinct(2, 4, 3)], attributes: { axis: 1 } },
    ],
  });

/** Maximum or minimum over several axes, which stay as size 1; equal elements share the gradient. */
const defineExtremumOverAxes = (opName: string, name: Extremum): Op<AxesAttributes> =>
  defineOp<AxesAttributes>({
    name: opName,
    infer: ([x], { axes }) => {
      for (const axis of axes) checkNotEmpty(x, axis, name);
      return keepDimsShape(x, axes);
    },
    forward: ([x], { axes }) =>
      axes.reduceRight((partial, axis) => {
        checkIndexRange(partial, partial.shape[axis], name);
        const { size, inner } = shapes.splitAtAxis(partial.shape, axis);
        const shape = partial.shape.with(axis, 1);
        const sign = name === 'max' ? 1 : -1;
        return launch(kernels.extremumAxis, [partial], shape, { size, inner }, { sign });
      }, x.view()),
    backward: ({ grad, inputs: [x], output, attributes: { axes } }) => [
      () => {
        const selected = elementwise(kernels.isMax, [x, output]);
        const share = elementwise(divKernel, [grad, sumOver(selected, axes)]);
        return elementwise(mulKernel, [selected, share]);
      },
    ],
    samples: [
      { title: 'all', inputs: [distinct(3, 5)], attributes: { axes: [0, 1] } },
      { title: 'two axes', inputs: [distinct(2, 3, 4)], attributes: { axes: [0, 2] } },
    ],
  });

/** The op behind `max` along one axis. */
export const maxOp = defineExtremum('max');

/** The op behind `min` along one axis. */
export const minOp = defineExtremum('min');

/**
 * The op behind `max` over several axes.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.amax.html
 */
export const amaxOp = defineExtremumOverAxes('amax', 'max');

/** The op behind `min` over several axes. */
export const aminOp = defineExtremumOverAxes('amin', 'min');

/** Attributes of `varianceOp`. */
export interface VarianceAttributes extends AxesAttributes {
  /** 1 divides by n - 1 (unbiased estimate), 0 by n. */
  readonly correction: number;
}

/** x minus its mean over `axes`. */
function deviationFromMean(x: NdArray, axes: readonly number[], count: number): NdArray {
  const scale = { factor: 1 / count, summand: 0 };
  return elementwise(subKernel, [x, elementwise(scaleShiftKernel, [sumOver(x, axes)], scale)]);
}

const countOver = (shape: Shape, axes: readonly number[]): number =>
  axes.reduce((product, axis) => product * shape[axis], 1);

/** The op behind `variance`: the reduced axes stay as size 1. */
export const varianceOp = defineOp<VarianceAttributes>({
  name: 'variance',
  infer: ([x], { axes }) => keepDimsShape(x, axes),
  forward: ([x], { axes, correction }) => {
    const count = countOver(x.shape, axes);
    const deviation = deviationFromMean(x, axes, count);
    const squares = sumOver(elementwise(mulKernel, [deviation, deviation]), axes);
    const factor = 1 / Math.max(0, count - correction);
    return elementwise(scaleShiftKernel, [squares], { factor, summand: 0 });
  },
  // dx = 2 (x - mean) / (n - correction)
  backward: ({ grad, inputs: [x], attributes: { axes, correction } }) => [
    () => {
      const count = countOver(x.shape, axes);
      const factor = 2 / Math.max(0, count - correction);
      const scaled = elementwise(scaleShiftKernel, [grad], { factor, summand: 0 });
      return elementwise(mulKernel, [deviationFromMean(x, axes, count), scaled]);
    },
  ],
  samples: [
    { title: 'unbiased', inputs: [anywhere(3, 4)], attributes: { axes: [1], correction: 1 } },
    { title: 'biased, all', inputs: [anywhere(3, 4)], attributes: { axes: [0, 1], correction: 0 } },
  ],
});

function withoutReducedAxes(result: Tensor, axes: readonly number[], keepDims: boolean): Tensor {
  if (keepDims) return result;
  return reshape(
    result,
    result.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

/**
 * Sum over axes, by default all (a scalar). `keepDims` keeps them as size 1.
 *
 * @throws ShapeError if an axis is out of range or occurs twice
 * @example
 * print(await scope(() => sum(tensor([[1, 2], [3, 4]]), { axes: 0 }).data())); // [4, 6]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.sum.html
 */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkTensor(x, 'sum: x');
  checkOptions('sum', options, { axes: true, keepDims: true });
  const { keepDims = false } = options;
  const axes = shapes.normalizeAxes(options.axes, x.shape.length, 'sum');
  return withoutReducedAxes(sumOp([x], { axes }), axes, keepDims);
}

/**
 * Mean over axes, by default all (a scalar). `keepDims` keeps them as size 1.
 *
 * @throws ShapeError if an axis is out of range or occurs twice
 * @example
 * print(await scope(() => mean(tensor([1, 2, 3])).item())); // 2
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.mean.html
 */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkTensor(x, 'mean: x');
  checkOptions('mean', options, { axes: true, keepDims: true });
  const { keepDims = false } = options;
  const axes = shapes.normalizeAxes(options.axes, x.shape.length, 'mean');
  const count = axes.reduce((product, axis) => product * x.shape[axis], 1);
  return scaleShift(withoutReducedAxes(sumOp([x], { axes }), axes, keepDims), 1 / count);
}

/**
 * Maximum over axes, by default all; NaN if an element is NaN.
 *
 * Along one axis the gradient goes to the first of equal elements, as in `torch.max(x, dim)`. Over
 * several axes, or all (the default), equal elements share it evenly, as in `torch.amax` and
 * `torch.max(x)`.
 *
 * @throws ShapeError if a reduced axis has size 0, is out of range or occurs twice
 * @throws ArgumentError if an axis has more than 2^24 elements on a float32 backend
 * @example
 * print(await scope(() => max(tensor([[1, 5], [7, 2]]), { axes: 1 }).data())); // [5, 7]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.max.html
 */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  return extremum('max', { alongAxis: maxOp, overAxes: amaxOp }, x, options);
}

/**
 * Minimum over axes, by default all; NaN if an element is NaN.
 *
 * Along one axis the gradient goes to the first of equal elements, as in `torch.min(x, dim)`. Over
 * several axes, or all (the default), equal elements share it evenly, as in `torch.amin` and
 * `torch.min(x)`.
 *
 * @throws ShapeError if a reduced axis has size 0, is out of range or occurs twice
 * @throws ArgumentError if an axis has more than 2^24 elements on a float32 backend
 * @see https://docs.pytorch.org/docs/stable/generated/torch.min.html
 * @example
 * const [all, rows] = scope(() => {
 *   const x = tensor([[4, 2], [1, 3]]);
 *   return [min(x).item(), min(x, { axes: 1 }).print()];
 * });
 * print(await all, await rows); // 1 [2, 1]
 */
export function min(x: Tensor, options: ReduceOptions = {}): Tensor {
  return extremum('min', { alongAxis: minOp, overAxes: aminOp }, x, options);
}

interface ExtremumOps {
  readonly alongAxis: Op<{ readonly axis: number }>;
  readonly overAxes: Op<AxesAttributes>;
}

/** `max` and `min`: one given axis and several axes differ in the gradient of equal elements. */
function extremum(
  name: Extremum,
  { alongAxis, overAxes }: ExtremumOps,
  x: Tensor,
  options: ReduceOptions,
): Tensor {
  checkTensor(x, `${name}: x`);
  checkOptions(name, options, { axes: true, keepDims: true });
  const { axes, keepDims = false } = options;
  const normalizedAxes = shapes.normalizeAxes(axes, x.shape.length, name);
  const result =
    axes !== undefined && normalizedAxes.length === 1
      ? alongAxis([x], { axis: normalizedAxes[0] })
      : overAxes([x], { axes: normalizedAxes });
  return withoutReducedAxes(result, normalizedAxes, keepDims);
}

/** Options of `variance`. */
export interface VarianceOptions extends ReduceOptions {
  /** 1 (default, as in PyTorch) divides by n - 1, 0 by n. */
  readonly correction?: number;
}

/**
 * Variance over axes, by default all (a scalar). Divides by n - `correction`, default 1.
 *
 * @throws ShapeError if an axis is out of range or occurs twice
 * @example
 * print(await scope(() => variance(tensor([1, 2, 3])).item())); // 1
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.var.html
 */
export function variance(x: Tensor, options: VarianceOptions = {}): Tensor {
  checkTensor(x, 'variance: x');
  checkOptions('variance', options, { axes: true, keepDims: true, correction: true });
  const { axes, keepDims = false, correction = 1 } = options;
  const normalizedAxes = shapes.normalizeAxes(axes, x.shape.length, 'variance');
  return withoutReducedAxes(
    varianceOp([x], { axes: normalizedAxes, correction }),
    normalizedAxes,
    keepDims,
  );
}

/**
 * Index of the maximum along one axis: the first of equal elements, or the first NaN; integers
 * without a gradient.
 *
 * @throws ShapeError if the axis has size 0 or is out of range
 * @throws ArgumentError if the axis has more than 2^24 elements on a float32 backend
 * @example
 * print(await scope(() => argmax(tensor([[1, 5], [7, 2]])).data())); // [1, 0]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.argmax.html
 */
export function argmax(x: Tensor, axis = -1): Tensor {
  checkTensor(x, 'argmax: x');
  return noGrad(() =>
    argmaxOp([x], { axis: shapes.normalizeAxis(axis, x.shape.length, 'argmax') }),
  );
}

/**
 * Index of the minimum along one axis: the first of equal elements, or the first NaN; integers
 * without a gradient.
 *
 * @param axis default: the last. PyTorch's default is the flattened tensor
 * @throws ShapeError if the axis has size 0 or is out of range
 * @throws ArgumentError if the axis has more than 2^24 elements on a float32 backend
 * @see https://docs.pytorch.org/docs/stable/generated/torch.argmin.html
 * @example
 * print(await scope(() => argmin(tensor([[4, 2], [1, 3]])).print())); // [1, 0]
 */
export function argmin(x: Tensor, axis = -1): Tensor {
  checkTensor(x, 'argmin: x');
  return noGrad(() =>
    argminOp([x], { axis: shapes.normalizeAxis(axis, x.shape.length, 'argmin') }),
  );
}

const defineIndexOp = (caller: string, name: Extremum): Op<{ readonly axis: number }> =>
  defineOp<{ readonly axis: number }>({
    name: caller,
    infer: ([x], { axis }) => {
      checkNotEmpty(x, axis, caller);
      return x.toSpliced(axis, 1);
    },
    forward: ([x], { axis }) =>
      indexOfExtremum(x, axis, { name, shape: x.shape.toSpliced(axis, 1), caller }),
    backward: () => [null],
    samples: [],
  });

const argmaxOp = defineIndexOp('argmax', 'max');
const argminOp = defineIndexOp('argmin', 'min');

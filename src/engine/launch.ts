// Functions on arrays through which every op launches kernels on a backend; they record no
// gradients.

import type {
  Constants,
  Kernel,
  NamedScalars,
  NoConstants,
  ScalarArguments,
} from '../../kernels/kernel.js';
import { fill } from '../../kernels/elementwise.js';
import { sumAxis, sumAxisPart } from '../../kernels/reduce.js';
import type { Backend } from './backend.js';
import { ArgumentError } from './errors.js';
import { commonBackend, NdArray } from './ndarray.js';
import * as shapes from './shape.js';
import type { Shape } from './shape.js';

/** The scalars of a launch; empty if the argument is missing. */
const scalarsOf = ([scalars = {}]: readonly NamedScalars[]): NamedScalars => scalars;

/**
 * Runs `kernel` over dense inputs; the result has shape `shape`. Non-dense views are copied first.
 *
 * @example
 * // The first element of every row: [rows, columns] -> [rows].
 * type Columns = KernelThis<{ columns: number }>;
 * const firstColumn = kernel('firstColumn', ['x'], [], function (this: Columns, x) {
 *   return x[this.thread.x * this.constants.columns];
 * });
 * const firstColumnOp = defineOp<NoAttributes>({
 *   name: 'firstColumn',
 *   infer: ([[rows]]) => [rows],
 *   forward: ([x]) => launch(firstColumn, [x], [x.shape[0]], { columns: x.shape[1] }),
 *   backward: () => [null],
 *   samples: [],
 * });
 * print(await scope(() => firstColumnOp([tensor([[1, 2], [3, 4]])], {}).data())); // [1, 3]
 */
export function launch<C extends Constants, S extends NamedScalars>(
  kernel: Kernel<C, S>,
  inputs: readonly NdArray[],
  shape: Shape,
  constants: C,
  ...scalarArguments: ScalarArguments<S>
): NdArray {
  const scalars = scalarsOf(scalarArguments);
  const backend = commonBackend(inputs, kernel.name);
  const buffers = inputs.map((array) => array.dense().buffer);
  const length = shapes.sizeOf(shape);
  return NdArray.wrap(
    backend,
    backend.run({ kernel, inputs: buffers, constants, scalars, length }),
    shape,
  );
}

/**
 * Runs an elementwise kernel; inputs are first broadcast to their common shape.
 *
 * @example
 * const double = kernel('double', ['x'], [], function (x) {
 *   return 2 * x[this.thread.x];
 * });
 * const doubleOp = defineOp<NoAttributes>({
 *   name: 'double',
 *   infer: ([x]) => x,
 *   forward: ([x]) => elementwise(double, [x]),
 *   backward: ({ grad }) => [() => elementwise(double, [grad])],
 *   samples: [],
 * });
 * print(await scope(() => doubleOp([tensor([1, 2])], {}).data())); // [2, 4]
 */
export function elementwise<S extends NamedScalars>(
  kernel: Kernel<NoConstants, S>,
  inputs: readonly NdArray[],
  ...scalars: ScalarArguments<S>
): NdArray {
  let { shape } = inputs[0];
  for (const input of inputs) shape = shapes.broadcastShapes(shape, input.shape, kernel.name);
  const expanded = inputs.map((array) => array.expand(shape));
  return launch(kernel, expanded, shape, {}, ...scalars);
}

/**
 * Runs an elementwise kernel in place: the result replaces `target`, which must be dense and is the
 * first input.
 *
 * Every array over the same storage changes. Use it for parameters and running averages, never for
 * values that a graph still needs.
 */
export function updateInPlace<S extends NamedScalars>(
  kernel: Kernel<NoConstants, S>,
  target: NdArray,
  others: readonly NdArray[],
  ...scalarArguments: ScalarArguments<S>
): void {
  const inputs = [target, ...others];
  const backend = commonBackend(inputs, kernel.name);
  const buffers = [target.buffer, ...others.map((array) => array.dense().buffer)];
  const common = { constants: {}, scalars: scalarsOf(scalarArguments), length: target.size };
  target.storage.replace(backend.run({ kernel, inputs: buffers, ...common, donate: 0 }));
}

/** `updateInPlace` for a kernel with constants; all inputs have the sizes that it expects. */
export function launchInPlace<C extends Constants>(
  kernel: Kernel<C>,
  target: NdArray,
  others: readonly NdArray[],
  constants: C,
): void {
  const backend = commonBackend([target, ...others], kernel.name);
  const inputs = [target.buffer, ...others.map((array) => array.dense().buffer)];
  const launch = { kernel, inputs, constants, scalars: {}, length: target.size, donate: 0 };
  target.storage.replace(backend.run(launch));
}

/** Integers up to this are exact in float32, in which indices are stored. */
const MAX_FLOAT32_INDEX = 2 ** 24;

/**
 * Validates that the indices 0 .. size - 1 are exact in the element type of `array`.
 *
 * @throws ArgumentError otherwise
 */
export function checkIndexRange(array: NdArray, size: number, caller: string): void {
  if (array.backend.dtype === 'float32' && size > MAX_FLOAT32_INDEX) {
    throw new ArgumentError(
      `${caller}: ${size} elements, but float32 represents indices exactly only below ` +
        `${MAX_FLOAT32_INDEX}; split the axis (reshape), or use a float64 backend`,
    );
  }
}

/** An array filled with one value. */
export function filled(backend: Backend, shape: Shape, value: number): NdArray {
  const length = shapes.sizeOf(shape);
  return NdArray.wrap(
    backend,
    backend.run({ kernel: fill, inputs: [], constants: {}, scalars: { value }, length }),
    shape,
  );
}

/** Sums over sorted axes, which stay as size 1. Adjacent axes are summed in one launch. */
export function sumOver(array: NdArray, axes: readonly number[]): NdArray {
  const shape = [...array.shape];
  let result = array.dense();
  let end = axes.length;
  while (end > 0) {
    let first = end - 1; // start of the longest run of adjacent axes that ends here
    while (first > 0 && axes[first - 1] === axes[first] - 1) first--;
    const run = axes.slice(first, end);
    const size = shapes.sizeOf(run.map((axis) => shape[axis]));
    const inner = shapes.sizeOf(shape.slice(run[run.length - 1] + 1));
    for (const axis of run) shape[axis] = 1;
    const outer = shapes.sizeOf(shape.slice(0, run[0]));
    result = sumMiddleAxis(result, [outer, size, inner], [...shape]);
    end = first;
  }
  return result;
}

/**
 * Sums [outer, size, inner] to `shape`, which is [outer, 1, inner]. Uses two stages if `size`
 * exceeds the backend's `maxTerms`.
 */
function sumMiddleAxis(
  array: NdArray,
  [outer, size, inner]: readonly [outer: number, size: number, inner: number],
  shape: Shape,
): NdArray {
  if (size <= (array.backend.maxTerms ?? Infinity))
    return launch(sumAxis, [array], shape, { size, inner });
  const chunk = Math.ceil(Math.sqrt(size)); // equal numbers of terms in both stages
  const parts = Math.ceil(size / chunk);
  const sums = launch(sumAxisPart, [array], [outer, parts, inner], { size, inner, parts, chunk });
  return launch(sumAxis, [sums], shape, { size: parts, inner });
}

/** Reverses broadcasting: sums `gradient` over every axis along which `shape` was repeated. */
export function unbroadcast(gradient: NdArray, shape: Shape, caller: string): NdArray {
  if (shapes.sameShape(gradient.shape, shape)) return gradient;
  // Throws if `shape` does not broadcast to the gradient's shape.
  shapes.broadcastStrides(shape, shape, gradient.shape, caller);
  const leadingAxes = gradient.shape.length - shape.length;
  const repeated = gradient.shape
    .map((_, axis) => axis)
    .filter(
      (axis) =>
        axis < leadingAxes || (shape[axis - leadingAxes] === 1 && gradient.shape[axis] !== 1),
    );
  return sumOver(gradient, repeated).reshape(shape);
}

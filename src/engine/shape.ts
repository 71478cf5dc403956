// Shapes and strides: the arithmetic of broadcasting and views, without data and without a backend.
// Start reading here: a tensor is a flat sequence of numbers, and this file contains everything
// about its shape.

import { ShapeError } from './errors.js';

/**
 * Sizes of the axes, outermost first: `[64, 1, 28, 28]` is 64 images of one channel. `[]` is a
 * scalar.
 */
export type Shape = readonly number[];

/** The largest number of axes. */
export const MAX_RANK = 8;

/** Formats a shape as `[2,3]`, for messages. */
export function format(shape: Shape): string {
  return `[${shape.join(',')}]`;
}

/** Number of elements: the product of the sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let product = 1;
  for (const size of shape) product *= size;
  return product;
}

/** Whether two shapes have the same number of axes and the same sizes. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/**
 * Validates that a shape has at most 8 axes.
 *
 * @throws ShapeError otherwise
 */
export function checkRank(shape: Shape, caller: string): void {
  if (shape.length > MAX_RANK) {
    throw new ShapeError(
      `${caller}: at most ${MAX_RANK} axes, got ${shape.length} (${format(shape)}); join some with reshape`,
    );
  }
}

/**
 * Validates that every size is an integer of at least 0, and that there are at most 8 axes.
 *
 * @throws ShapeError otherwise
 */
export function checkShape(shape: Shape, caller: string): void {
  checkRank(shape, caller);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new ShapeError(
      `${caller}: sizes must be whole numbers of at least 0, got ${format(shape)}`,
    );
  }
}

/**
 * Row-major strides: the distance in elements between neighbors along each axis.
 *
 * `[2,3,4]` has strides `[12,4,1]`: the last axis is contiguous.
 */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/** Whether the elements are contiguous in row-major order (axes of size 1 are ignored). */
export function isContiguous(shape: Shape, strides: Shape): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis];
  }
  return true;
}

/**
 * Converts a possibly negative axis (-1 is the last) to 0 .. rank-1.
 *
 * @throws ShapeError if the axis is out of range
 */
export function normalizeAxis(axis: number, rank: number, caller: string): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new ShapeError(`${caller}: axis ${axis} is out of range for an input with ${rank} axes`);
  }
  return normalized;
}

/**
 * Sorted, distinct, non-negative axes; `undefined` means all axes.
 *
 * @throws ShapeError if an axis is out of range or occurs twice
 */
export function normalizeAxes(
  axes: number | readonly number[] | undefined,
  rank: number,
  caller: string,
): number[] {
  if (axes === undefined) return [...Array(rank).keys()];
  const normalizedList = (typeof axes === 'number' ? [axes] : axes).map((axis) =>
    normalizeAxis(axis, rank, caller),
  );
  if (normalizedList.some((axis, index) => normalizedList.indexOf(axis) !== index)) {
    throw new ShapeError(`${caller}: axes ${format(normalizedList)} contain a duplicate`);
  }
  return normalizedList.sort((a, b) => a - b);
}

/**
 * The broadcast shape of two operands: aligned at the right, sizes must be equal or one of them 1.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @see https://numpy.org/doc/stable/user/basics.broadcasting.html
 */
export function broadcastShapes(a: Shape, b: Shape, caller: string): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const sizeAt = (shape: Shape, axis: number): number =>
    axis < rank - shape.length ? 1 : shape[axis - rank + shape.length];
  const common: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const [sizeA, sizeB] = [sizeAt(a, axis), sizeAt(b, axis)];
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new ShapeError(
        `${caller}: cannot broadcast ${format(a)} with ${format(b)}: sizes ${sizeA} and ${sizeB} at axis ${axis - rank}` +
          ' differ and neither is 1',
      );
    }
    common.push(sizeA === 1 ? sizeB : sizeA);
  }
  return common;
}

/**
 * Strides of an array of `shape` viewed as the larger `target` shape: repeated axes get stride 0.
 *
 * @throws ShapeError if `shape` cannot be expanded to `target`
 */
export function broadcastStrides(
  shape: Shape,
  strides: Shape,
  target: Shape,
  caller: string,
): number[] {
  const leadingAxes = target.length - shape.length;
  const fits = shape.every((size, axis) => size === 1 || size === target[axis + leadingAxes]);
  if (leadingAxes < 0 || !fits)
    throw new ShapeError(`${caller}: cannot expand ${format(shape)} to ${format(target)}`);
  return target.map((size, axis) => {
    const repeated = axis < leadingAxes || (shape[axis - leadingAxes] === 1 && size !== 1);
    return repeated ? 0 : strides[axis - leadingAxes];
  });
}

/**
 * Resolves one `-1` in a reshape target and checks that the element counts agree.
 *
 * @throws ShapeError if they differ, or more than one size is -1
 */
export function resolveReshape(shape: Shape, target: Shape, caller: string): number[] {
  const unknownCount = target.filter((size) => size === -1).length;
  const knownSize = target.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const total = sizeOf(shape);
  const resolved = target.map((size) => (size === -1 ? total / knownSize : size));
  if (
    unknownCount > 1 ||
    sizeOf(resolved) !== total ||
    !resolved.every((size) => Number.isInteger(size) && size >= 0)
  ) {
    throw new ShapeError(
      `${caller}: cannot view ${format(shape)} (${total} elements) as ${format(target)}` +
        (unknownCount > 1 ? ': only one size may be -1' : ''),
    );
  }
  return resolved;
}

/**
 * The sizes around one axis: elements before it (`outer`), along it (`size`) and after it
 * (`inner`).
 */
export function splitAtAxis(
  shape: Shape,
  axis: number,
): { outer: number; size: number; inner: number } {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    size: shape[axis],
    inner: sizeOf(shape.slice(axis + 1)),
  };
}

// Shapes and strides: the arithmetic behind broadcasting and views. No data, no backend; imports errors only.
// Start reading here: a tensor is a flat row of numbers, and everything about its shape is in this file.

import { ShapeError } from './errors.js';

/** Sizes of the axes, outermost first: `[64, 1, 28, 28]` is 64 images of one channel. `[]` is a single number. */
export type Shape = readonly number[];

/** `[2,3]`, as shapes appear in every message. */
export function format(shape: Shape): string {
  return `[${shape.join(',')}]`;
}

/** How many elements a shape holds: the product of its sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Throws unless every size is a whole number of at least 0. */
export function checkShape(shape: Shape, who: string): void {
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new ShapeError(`${who}: sizes must be whole numbers of at least 0, got ${format(shape)}`);
  }
}

/**
 * Row-major strides: how far apart in memory neighbours along each axis are.
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

/** Whether elements in reading order lie side by side (axes of size 1 never matter). */
export function isContiguous(shape: Shape, strides: Shape): boolean {
  const expected = contiguousStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === expected[axis]);
}

/** Turns a possibly negative axis (-1 is the last) into 0 .. rank-1. */
export function normalizeAxis(axis: number, rank: number, who: string): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new ShapeError(`${who}: axis ${axis} is outside the ${rank} axes of the input`);
  }
  return normalized;
}

/** Sorted, distinct, non-negative axes; `undefined` means all of them. */
export function normalizeAxes(
  axes: number | readonly number[] | undefined,
  rank: number,
  who: string,
): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis(axis, rank, who));
  if (new Set(list).size !== list.length) {
    throw new ShapeError(`${who}: axes ${format(list)} name one axis twice`);
  }
  return list.sort((a, b) => a - b);
}

/**
 * The shape two operands broadcast to: aligned at the right, sizes must be equal or one of them 1.
 *
 * @see https://numpy.org/doc/stable/user/basics.broadcasting.html
 */
export function broadcastShapes(a: Shape, b: Shape, who: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new ShapeError(
        `${who}: cannot broadcast ${format(a)} with ${format(b)}: sizes ${sizeA} and ${sizeB} at axis ${axis - rank}` +
          ' differ and neither is 1',
      );
    }
    return sizeA === 1 ? sizeB : sizeA;
  });
}

/** Strides that read an array of `shape` as if it had the larger `target` shape: repeated axes get stride 0. */
export function broadcastStrides(shape: Shape, strides: Shape, target: Shape, who: string): number[] {
  const lead = target.length - shape.length;
  const fits = shape.every((own, axis) => own === 1 || own === target[axis + lead]);
  if (lead < 0 || !fits) throw new ShapeError(`${who}: cannot expand ${format(shape)} to ${format(target)}`);
  return target.map((size, axis) => {
    const repeated = axis < lead || (shape[axis - lead] === 1 && size !== 1);
    return repeated ? 0 : strides[axis - lead];
  });
}

/** Resolves one `-1` in a reshape target and checks that the element counts agree. */
export function resolveReshape(shape: Shape, target: Shape, who: string): number[] {
  const unknown = target.filter((size) => size === -1).length;
  const known = target.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const total = sizeOf(shape);
  const resolved = target.map((size) => (size === -1 ? total / known : size));
  if (
    unknown > 1 ||
    sizeOf(resolved) !== total ||
    !resolved.every((size) => Number.isInteger(size) && size >= 0)
  ) {
    throw new ShapeError(
      `${who}: cannot view ${format(shape)} (${total} elements) as ${format(target)}` +
        (unknown > 1 ? ': only one size may be -1' : ''),
    );
  }
  return resolved;
}

/** The three sizes around one axis: how often it repeats, how long it is, how many elements share each place. */
export function aroundAxis(shape: Shape, axis: number): { outer: number; size: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), size: shape[axis], inner: sizeOf(shape.slice(axis + 1)) };
}

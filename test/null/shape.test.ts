// Shape arithmetic: strides, broadcasting and reshaping, checked by hand or against a plain loop.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/engine/index.js';
import * as shapes from '../../src/engine/shape.js';

describe('strides', () => {
  it('are row-major: the last axis is contiguous', () => {
    expect(shapes.contiguousStrides([2, 3, 4])).toEqual([12, 4, 1]);
    expect(shapes.contiguousStrides([])).toEqual([]);
    expect(shapes.contiguousStrides([5])).toEqual([1]);
  });

  it('map the elements of any shape to consecutive offsets in row-major order', () => {
    const anyShape = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(anyShape, (shape) => {
        const strides = shapes.contiguousStrides(shape);
        const offsets: number[] = [];
        const visit = (axis: number, offset: number): void => {
          if (axis === shape.length) offsets.push(offset);
          else for (let i = 0; i < shape[axis]; i++) visit(axis + 1, offset + i * strides[axis]);
        };
        visit(0, 0);
        expect(offsets).toEqual([...Array(shapes.sizeOf(shape)).keys()]);
      }),
    );
  });

  it('distinguish contiguous from transposed arrays, and ignore axes of size 1', () => {
    expect(shapes.isContiguous([2, 3], [3, 1])).toBe(true);
    expect(shapes.isContiguous([3, 2], [1, 3])).toBe(false);
    expect(shapes.isContiguous([1, 3], [99, 1])).toBe(true);
    expect(shapes.isContiguous([2, 3], [0, 1])).toBe(false);
  });
});

describe('broadcasting', () => {
  it.each([
    [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    [[4, 3], [3], [4, 3]],
    [
      [4, 1],
      [1, 3],
      [4, 3],
    ],
    [[], [2, 2], [2, 2]],
    [
      [2, 3, 4, 5],
      [3, 1, 1],
      [2, 3, 4, 5],
    ],
    [
      [0, 3],
      [1, 1],
      [0, 3],
    ],
    [[1], [0], [0]],
  ])('%j with %j gives %j, in either order', (a, b, expected) => {
    expect(shapes.broadcastShapes(a, b, 'test')).toEqual(expected);
    expect(shapes.broadcastShapes(b, a, 'test')).toEqual(expected);
  });

  it('reports both shapes and the axis, counted from the right, when sizes differ', () => {
    expect(() => shapes.broadcastShapes([2, 3], [4], 'add')).toThrow(
      new ShapeError(
        'add: cannot broadcast [2,3] with [4]: sizes 3 and 4 at axis -1 differ and neither is 1',
      ),
    );
    expect(() => shapes.broadcastShapes([2, 3], [4, 3], 'mul')).toThrow(
      new ShapeError(
        'mul: cannot broadcast [2,3] with [4,3]: sizes 2 and 4 at axis -2 differ and neither is 1',
      ),
    );
    expect(() => shapes.broadcastShapes([0], [2], 'add')).toThrow(ShapeError);
  });

  it('uses stride 0 for a repeated axis', () => {
    expect(shapes.broadcastStrides([3], [1], [2, 3], 'expand')).toEqual([0, 1]);
    expect(shapes.broadcastStrides([2, 1], [1, 1], [2, 4], 'expand')).toEqual([1, 0]);
    expect(shapes.broadcastStrides([2, 3], [1, 2], [2, 3], 'expand')).toEqual([1, 2]);
  });

  it('rejects fewer axes, fewer elements, and expansion of a size other than 1', () => {
    const expand = (from: number[], to: number[]) => () =>
      shapes.broadcastStrides(from, shapes.contiguousStrides(from), to, 'expand');
    expect(expand([2, 3], [3])).toThrow(new ShapeError('expand: cannot expand [2,3] to [3]'));
    expect(expand([2], [1])).toThrow(ShapeError);
    expect(expand([2, 3], [4, 3])).toThrow(ShapeError);
  });
});

describe('reshape', () => {
  it.each([
    [
      [2, 6],
      [3, 4],
      [3, 4],
    ],
    [
      [2, 6],
      [3, -1],
      [3, 4],
    ],
    [[2, 6], [-1], [12]],
    [[], [-1], [1]],
    [[1, 1], [], []],
    [
      [0, 3],
      [3, -1],
      [3, 0],
    ],
  ])('%j to %j gives %j', (from, target, expected) => {
    expect(shapes.resolveReshape(from, target, 'reshape')).toEqual(expected);
  });

  it('rejects a target of another size, two unknown sizes, and invalid sizes', () => {
    const view = (from: number[], target: number[]) => () =>
      shapes.resolveReshape(from, target, 'reshape');
    expect(view([2, 3], [4])).toThrow(
      new ShapeError('reshape: cannot view [2,3] (6 elements) as [4]'),
    );
    expect(view([2, 3], [-1, -1])).toThrow(
      new ShapeError('reshape: cannot view [2,3] (6 elements) as [-1,-1]: only one size may be -1'),
    );
    expect(view([2, 3], [4, -1])).toThrow(ShapeError);
    expect(view([2, 3], [-2, -3])).toThrow(ShapeError);
    expect(view([2, 3], [1.5, 4])).toThrow(ShapeError);
    expect(view([0], [0, -1])).toThrow(ShapeError); // 0 / 0: the size of -1 is undefined
  });
});

describe('axes', () => {
  it('count from the end when negative', () => {
    expect(shapes.normalizeAxis(-1, 3, 'sum')).toBe(2);
    expect(shapes.normalizeAxes([-1, 0], 3, 'sum')).toEqual([0, 2]);
    expect(shapes.normalizeAxes(undefined, 3, 'sum')).toEqual([0, 1, 2]);
    expect(shapes.normalizeAxes(-2, 3, 'sum')).toEqual([1]);
  });

  it('must be integers in range, without duplicates', () => {
    expect(() => shapes.normalizeAxis(3, 3, 'sum')).toThrow(
      new ShapeError('sum: axis 3 is out of range for an input with 3 axes'),
    );
    expect(() => shapes.normalizeAxis(-4, 3, 'sum')).toThrow(ShapeError);
    expect(() => shapes.normalizeAxis(0.5, 3, 'sum')).toThrow(ShapeError);
    expect(() => shapes.normalizeAxis(0, 0, 'sum')).toThrow(ShapeError);
    expect(() => shapes.normalizeAxes([1, -1], 2, 'max')).toThrow(
      new ShapeError('max: axes [1,1] contain a duplicate'),
    );
  });

  it('split a shape into outer size, axis size and inner size', () => {
    expect(shapes.splitAtAxis([2, 3, 4, 5], 1)).toEqual({ outer: 2, size: 3, inner: 20 });
    expect(shapes.splitAtAxis([7], 0)).toEqual({ outer: 1, size: 7, inner: 1 });
  });
});

it('sizes are whole numbers of at least 0', () => {
  expect(() => shapes.checkShape([2, 0], 'tensor')).not.toThrow();
  for (const shape of [[-1], [1.5], [NaN], [Infinity]]) {
    expect(() => shapes.checkShape(shape, 'tensor')).toThrow(
      new ShapeError(`tensor: sizes must be whole numbers of at least 0, got [${shape[0]}]`),
    );
  }
});

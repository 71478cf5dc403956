// Shape and values of an input as the op gets it, computed without the engine's views.

import { broadcastStrides, contiguousStrides, sizeOf, type Shape } from '../../src/engine/shape.js';
import type { CaseInput } from './fixture.js';

interface Layout {
  readonly shape: Shape;
  readonly strides: Shape;
  readonly offset: number;
}

function layoutOf({ shape, view }: CaseInput): Layout {
  const start: Layout = { shape, strides: contiguousStrides(shape), offset: 0 };
  return view.reduce((layout, step) => {
    const { shape, strides, offset } = layout;
    if (step[0] === 'permute') {
      const reorder = (sizes: Shape): Shape => step[1].map((axis) => sizes[axis]);
      return { shape: reorder(shape), strides: reorder(strides), offset };
    }
    if (step[0] === 'expand') {
      return { shape: step[1], strides: broadcastStrides(shape, strides, step[1], 'view'), offset };
    }
    const [, axis, start, end, by] = step;
    return {
      shape: shape.with(axis, Math.ceil((end - start) / by)),
      strides: strides.with(axis, strides[axis] * by),
      offset: offset + start * strides[axis],
    };
  }, start);
}

/** The shape that the op gets. */
export function viewedShape(input: CaseInput): Shape {
  return layoutOf(input).shape;
}

/** The values that the op gets, in row-major order: without the NaN of the gaps. */
export function viewedValues(input: CaseInput): Float64Array {
  const { shape, strides, offset } = layoutOf(input);
  const places = contiguousStrides(shape);
  return Float64Array.from({ length: sizeOf(shape) }, (_, index) => {
    const coordinate = (axis: number): number => Math.floor(index / places[axis]) % shape[axis];
    const distance = strides.reduce((sum, stride, axis) => sum + stride * coordinate(axis), 0);
    return input.values[offset + distance];
  });
}

// Text format of arrays: nested brackets, aligned columns, long axes abridged.

import { contiguousStrides, type Shape } from './shape.js';

/** Longer axes than 2 * EDGE_ITEMS + 1 show only their first and last EDGE_ITEMS elements. */
const EDGE_ITEMS = 3;

/**
 * Formats a number with at most 4 decimals, or in exponent form if it is below 1e-3 or at least
 * 1e6.
 */
function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return `${value}`;
  const magnitude = Math.abs(value);
  return magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e6)
    ? value.toExponential(3)
    : value.toFixed(4);
}

/**
 * Formats the elements of an array; reads only those that it shows.
 *
 * @param strides distance between neighbors along each axis; default: row-major
 * @param offset index of the first element
 * @example print(formatArray([1, 2, 3, 4], [2, 2])); // [[1, 2], [3, 4]]
 */
export function formatArray(
  values: ArrayLike<number>,
  shape: Shape,
  strides: Shape = contiguousStrides(shape),
  offset = 0,
): string {
  const visibleIndices = (size: number): number[] => {
    const abridged = size > 2 * EDGE_ITEMS + 1;
    const index = (i: number): number =>
      abridged && i >= EDGE_ITEMS ? size - 2 * EDGE_ITEMS + i : i;
    return Array.from({ length: abridged ? 2 * EDGE_ITEMS : size }, (_, i) => index(i));
  };

  const cells = new Map<number, string>();
  const collect = (axis: number, first: number): void => {
    if (axis === shape.length) cells.set(first, formatNumber(values[first]));
    else for (const i of visibleIndices(shape[axis])) collect(axis + 1, first + i * strides[axis]);
  };
  collect(0, offset);
  const width = Math.max(0, ...Array.from(cells.values(), (cell) => cell.length));

  const render = (axis: number, first: number): string => {
    if (axis === shape.length) return cells.get(first)!.padStart(shape.length === 0 ? 0 : width);
    const visible = visibleIndices(shape[axis]);
    const parts = visible.map((i) => render(axis + 1, first + i * strides[axis]));
    if (visible.length < shape[axis]) parts.splice(EDGE_ITEMS, 0, '...');
    const last = axis === shape.length - 1;
    return `[${parts.join(last ? ', ' : `,\n${' '.repeat(axis + 1)}`)}]`;
  };
  return render(0, offset);
}

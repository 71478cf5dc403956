// Moves elements: strided views into contiguous arrays, concatenation, padding.

import type {
  ConcatConstants,
  PadConstants,
  SliceConstants,
  StridedCopyConstants,
} from '../../../../kernels/layout.js';
import { MAX_RANK } from '../../shape.js';
import { type KernelOverride, type Machine, MIN_FLOATS, type WasmBuffer } from './machine.js';

/** Each row of x, of `width` elements, between `left` and `right` times `value`. */
function padRows(
  machine: Machine,
  x: WasmBuffer,
  { width, left, right }: Readonly<Record<'width' | 'left' | 'right', number>>,
  value: number,
): WasmBuffer {
  const rows = x.length / width;
  const padded = left + width + right;
  const from = machine.rowMajor(x);
  const output = machine.allocate(rows * padded);
  machine.parallel('pad', [from, width, left, right, value, output.address], rows, {
    minUnits: Math.ceil(MIN_FLOATS / padded),
  });
  return output;
}

export const layoutOverrides: Readonly<Record<string, KernelOverride>> = {
  stridedCopy: (machine, [x], { constants, length }) => {
    const c = constants as StridedCopyConstants;
    const innerSizes = [c.size1, c.size2, c.size3, c.size4, c.size5, c.size6, c.size7];
    const inner = innerSizes.reduce((product, size) => product * size, 1);
    if (length === 0) return null;
    const sizes = [length / inner, ...innerSizes];
    const outerStrides = [c.stride0, c.stride1, c.stride2, c.stride3];
    const strides = [...outerStrides, c.stride4, c.stride5, c.stride6, c.stride7];
    // Threads divide the outermost axis, so its size must be larger than 1.
    const first = Math.min(sizes.findIndex((size) => size > 1) >>> 0, MAX_RANK - 1);
    const axes = MAX_RANK - first;
    const from = machine.rowMajor(x) + c.offset * 4;
    const output = machine.allocate(length);
    const table = machine.constantTable([...sizes.slice(first), ...strides.slice(first)]);
    machine.parallel(
      'stridedCopy',
      [from, axes, table, table + 4 * axes, output.address],
      sizes[first],
      {
        minUnits: Math.ceil((MIN_FLOATS * sizes[first]) / length),
      },
    );
    return output;
  },
  pad: (machine, [x], { constants, scalars: { value } }) => {
    const { size, inner, before, padded } = constants as PadConstants;
    const after = padded - size - before;
    const row = { width: size * inner, left: before * inner, right: after * inner };
    return padRows(machine, x, row, value);
  },
  sliceGrad: (machine, [grad], { constants }) => {
    const { size, inner, start, step, count } = constants as SliceConstants;
    if (step !== 1) return null;
    const after = size - start - count;
    const row = { width: count * inner, left: start * inner, right: after * inner };
    return padRows(machine, grad, row, 0);
  },
  concat: (machine, [a, b], { constants, length }) => {
    const { sizeA, sizeB, inner } = constants as ConcatConstants;
    const [widthA, widthB] = [sizeA * inner, sizeB * inner];
    const [fromA, fromB] = [machine.rowMajor(a), machine.rowMajor(b)];
    const output = machine.allocate(length);
    const rows = length / (widthA + widthB);
    machine.parallel('concat', [fromA, fromB, widthA, widthB, output.address], rows, {
      minUnits: Math.ceil(MIN_FLOATS / (widthA + widthB)),
    });
    return output;
  },
};

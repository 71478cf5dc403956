// Copies strided views into contiguous arrays.

import type { StridedCopyConstants } from '../../../../kernels/layout.js';
import { type KernelOverride, MIN_FLOATS } from './machine.js';

const AXES = 6;

export const layoutOverrides: Readonly<Record<string, KernelOverride>> = {
  stridedCopy: (machine, [x], { constants, length }) => {
    const c = constants as StridedCopyConstants;
    const inner = c.size1 * c.size2 * c.size3 * c.size4 * c.size5;
    if (length === 0) return null;
    const sizes = [length / inner, c.size1, c.size2, c.size3, c.size4, c.size5];
    const strides = [c.stride0, c.stride1, c.stride2, c.stride3, c.stride4, c.stride5];
    // Threads divide the outermost axis, so its size must be larger than 1.
    const first = Math.min(sizes.findIndex((size) => size > 1) >>> 0, AXES - 1);
    const axes = AXES - first;
    const from = machine.rowMajor(x) + c.offset * 4;
    const output = machine.allocate(length);
    const view = [...sizes.slice(first), ...strides.slice(first)];
    const table = machine.table(`view ${view.join(' ')}`, 2 * axes, (words) => words.set(view));
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
};

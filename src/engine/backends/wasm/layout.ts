// Making a view dense. Imports the machine.

import type { StridedCopyConstants } from '../../../../kernels/layout.js';
import type { KernelOverride } from './override.js';

const AXES = 6;

/** Copying fewer numbers is over before another thread has woken up. */
const LEAST = 16_384;

export const layoutOverrides: Readonly<Record<string, KernelOverride>> = {
  stridedCopy: (machine, [x], { constants, length }) => {
    const c = constants as StridedCopyConstants;
    const inner = c.size1 * c.size2 * c.size3 * c.size4 * c.size5;
    if (length === 0) return null;
    const sizes = [length / inner, c.size1, c.size2, c.size3, c.size4, c.size5];
    const strides = [c.stride0, c.stride1, c.stride2, c.stride3, c.stride4, c.stride5];
    // Threads share the outermost axis, so it must be a real one.
    const first = Math.min(sizes.findIndex((size) => size > 1) >>> 0, AXES - 1);
    const axes = AXES - first;
    const from = machine.plain(x) + c.offset * 4;
    const output = machine.allocate(length);
    const view = [...sizes.slice(first), ...strides.slice(first)];
    const table = machine.table(`view ${view.join(' ')}`, 2 * axes, (words) => words.set(view));
    machine.parallel('stridedCopy', [from, axes, table, table + 4 * axes, output.address], sizes[first], {
      least: Math.ceil((LEAST * sizes[first]) / length),
    });
    return output;
  },
};

// Moves elements: strided views into contiguous arrays, slices, triangles, concatenation, padding.

import type {
  PadConstants,
  SliceConstants,
  StridedCopyConstants,
} from '../../../../kernels/layout.js';
import type { BandConstants } from '../../../../kernels/mask.js';
import {
  type KernelOverride,
  type Machine,
  MIN_FLOATS,
  type RoutineOverride,
  type WasmBuffer,
} from './machine.js';

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

/** Sizes and strides of the axes of a view, outermost first. */
interface Axis {
  size: number;
  stride: number;
}

/** The axes of a view without those of size 1; adjacent axes that one stride covers are joined. */
function joinedAxes(sizes: readonly number[], strides: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  sizes.forEach((size, index) => {
    const stride = strides[index];
    const outer = axes.at(-1);
    if (size === 1) return;
    if (outer?.stride === size * stride) {
      outer.size *= size;
      outer.stride = stride;
    } else {
      axes.push({ size, stride });
    }
  });
  return axes.length === 0 ? [{ size: 1, stride: 1 }] : axes;
}

/** A view into a new buffer, line by line. */
function copyLines(
  machine: Machine,
  from: number,
  axes: readonly Axis[],
  output: WasmBuffer,
): void {
  const view = [...axes.map(({ size }) => size), ...axes.map(({ stride }) => stride)];
  const table = machine.constantTable(view);
  const strides = table + 4 * axes.length;
  const units = axes[0].size; // threads divide the outermost axis
  machine.parallel('stridedCopy', [from, axes.length, table, strides, output.address], units, {
    minUnits: Math.ceil((MIN_FLOATS * units) / output.length),
  });
}

/** A view whose contiguous axis is not the innermost one: a transpose in blocks. */
function copyPermuted(
  machine: Machine,
  from: number,
  { axes, contiguous }: { axes: readonly Axis[]; contiguous: number },
  output: WasmBuffer,
): void {
  const outStride = (axis: number): number =>
    axes.slice(axis + 1).reduce((product, { size }) => product * size, 1);
  const { size: rows, stride: rowStride } = axes[axes.length - 1];
  const others = axes.flatMap(({ size, stride }, axis) =>
    axis === contiguous || axis === axes.length - 1 ? [] : [size, stride, outStride(axis)],
  );
  const table = machine.constantTable(others);
  const columnStride = outStride(contiguous);
  const columns = axes[contiguous].size;
  const args = [from, rows, rowStride, columnStride, others.length / 3, table] as const;
  machine.parallel('permutedCopy', [...args, output.address], columns, {
    minUnits: Math.ceil((MIN_FLOATS * columns) / output.length),
    multiple: 8,
  });
}

export const layoutOverrides: Readonly<Record<string, KernelOverride>> = {
  stridedCopy: (machine, [x], { constants, length }) => {
    const c = constants as StridedCopyConstants;
    const innerSizes = [c.size1, c.size2, c.size3, c.size4, c.size5, c.size6, c.size7];
    const inner = innerSizes.reduce((product, size) => product * size, 1);
    const outerStrides = [c.stride0, c.stride1, c.stride2, c.stride3];
    const strides = [...outerStrides, c.stride4, c.stride5, c.stride6, c.stride7];
    const axes = joinedAxes([length / inner, ...innerSizes], strides);
    const from = machine.rowMajor(x) + c.offset * 4;
    const output = machine.allocate(length);
    const contiguous = axes.findIndex(({ stride }) => stride === 1);
    const isPermuted = contiguous >= 0 && contiguous < axes.length - 1;
    if (isPermuted && Math.abs(axes[axes.length - 1].stride) > 1) {
      copyPermuted(machine, from, { axes, contiguous }, output);
    } else {
      copyLines(machine, from, axes, output);
    }
    return output;
  },
  pad: (machine, [x], { constants, scalars: { value } }) => {
    const { size, inner, before, padded } = constants as PadConstants;
    const after = padded - size - before;
    const row = { width: size * inner, left: before * inner, right: after * inner };
    return padRows(machine, x, row, value);
  },
  sliceGrad: (machine, [grad], { constants, length }) => {
    const { size, inner, start, step, count } = constants as SliceConstants;
    if (step === 1) {
      const after = size - start - count;
      const row = { width: count * inner, left: start * inner, right: after * inner };
      return padRows(machine, grad, row, 0);
    }
    const from = machine.rowMajor(grad);
    const output = machine.allocate(length);
    machine.parallel('fill', [output.address, 0], length, { minUnits: MIN_FLOATS, multiple: 64 });
    const { address } = output;
    machine.parallel(
      'copyToSlice',
      [address, size, inner, start, step, count, from],
      grad.length / inner,
      {
        minUnits: Math.ceil(MIN_FLOATS / inner),
      },
    );
    return output;
  },
  addToSlice: (machine, [sum, grad], { constants, length, donate }) => {
    const { size, inner, start, step, count } = constants as SliceConstants;
    const [fromSum, from] = [machine.rowMajor(sum), machine.rowMajor(grad)];
    const output = donate === undefined ? machine.allocate(length) : sum;
    if (output !== sum) machine.run('copy', [fromSum, output.address, length]);
    machine.parallel(
      'addToSlice',
      [output.address, size, inner, start, step, count, from],
      grad.length / inner,
      {
        minUnits: Math.ceil(MIN_FLOATS / inner),
      },
    );
    return output;
  },
  band: (machine, [x], { constants, length }) => {
    const { rows, columns, low, high } = constants as BandConstants;
    const from = machine.rowMajor(x);
    const output = machine.allocate(length);
    const args = [from, rows, columns, low, high, output.address] as const;
    machine.parallel('band', [...args], length / columns, {
      minUnits: Math.ceil(MIN_FLOATS / columns),
    });
    return output;
  },
};

export const layoutRoutines: Readonly<Record<string, RoutineOverride>> = {
  concat: (machine, inputs, { constants: { outer }, lengths: [length] }) => {
    const output = machine.allocate(length);
    const columns = length / outer;
    let { address } = output;
    for (const input of inputs) {
      const width = input.length / outer;
      machine.parallel('copyColumns', [machine.rowMajor(input), width, columns, address], outer, {
        minUnits: Math.ceil(MIN_FLOATS / width),
      });
      address += 4 * width;
    }
    return [output];
  },
};

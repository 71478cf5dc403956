// Reverses and rotates axes.

import { ArgumentError } from '../errors.js';
import type { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { describeValue, isIntegerList } from '../options.js';
import { anywhere } from '../sample.js';
import { format, normalizeAxes, normalizeAxis } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { joinArrays } from './internal/concatArrays.js';
import { reshape } from './view.js';

/** A view with negative strides. */
function flipped(x: NdArray, axes: readonly number[]): NdArray {
  const last = axes.reduce(
    (sum, axis) => sum + Math.max(0, x.shape[axis] - 1) * x.strides[axis],
    x.offset,
  );
  const strides = x.strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
  return x.view(x.shape, strides, last);
}

/** The op behind `flip`; the axes are non-negative. */
export const flipOp = defineOp<{ readonly axes: readonly number[] }>({
  name: 'flip',
  infer: ([x]) => x,
  forward: ([x], { axes }) => flipped(x, axes),
  backward: ({ grad, attributes: { axes } }) => [() => flipped(grad, axes)],
  samples: [
    { title: 'one axis', inputs: [anywhere(5)], attributes: { axes: [0] } },
    { title: 'middle', inputs: [anywhere(2, 4, 3)], attributes: { axes: [1] } },
    { title: 'two axes', inputs: [anywhere(2, 3, 4)], attributes: { axes: [0, 2] } },
  ],
});

/** The last `shift` elements along `axis` first, then the others. */
function rolled(x: NdArray, axis: number, shift: number): NdArray {
  const size = x.shape[axis];
  const start = size - shift;
  return joinArrays([x.slice(axis, start, size), x.slice(axis, 0, start)], axis);
}

interface RollAttributes {
  readonly axis: number;
  /** From 0 to the size of the axis. */
  readonly shift: number;
}

/** The op behind `roll`, along one axis. */
export const rollOp = defineOp<RollAttributes>({
  name: 'roll',
  infer: ([x]) => x,
  forward: ([x], { axis, shift }) => rolled(x, axis, shift),
  backward: ({ grad, attributes: { axis, shift } }) => [
    () => rolled(grad, axis, grad.shape[axis] - shift),
  ],
  samples: [
    { title: 'rows', inputs: [anywhere(5, 2)], attributes: { axis: 0, shift: 2 } },
    { title: 'middle', inputs: [anywhere(2, 4, 3)], attributes: { axis: 1, shift: 1 } },
    { title: 'columns', inputs: [anywhere(3, 7)], attributes: { axis: 1, shift: 6 } },
  ],
});

/**
 * The elements in reverse order along axes. A view.
 *
 * @param axes one axis, several, or all (default). PyTorch's `flip` has no default
 * @throws ShapeError if an axis is out of range or occurs twice
 * @see https://docs.pytorch.org/docs/stable/generated/torch.flip.html
 * @example
 * print(await scope(() => flip(tensor([1, 2, 3])).print())); // [3, 2, 1]
 */
export function flip(x: Tensor, axes?: number | readonly number[]): Tensor {
  checkTensor(x, 'flip: x');
  return flipOp([x], { axes: normalizeAxes(axes, x.shape.length, 'flip') });
}

/**
 * Shifts the elements along axes; those that leave at one end enter at the other.
 *
 * @param shifts number of positions, one for each axis; negative ones shift to the front
 * @param axes one axis or several. Default: x is shifted as a flat list, and keeps its shape
 * @throws ShapeError if an axis is out of range
 * @throws ArgumentError if a shift is not an integer, or the numbers of shifts and axes differ
 * @see https://docs.pytorch.org/docs/stable/generated/torch.roll.html
 * @example
 * print(await scope(() => roll(tensor([1, 2, 3, 4]), 1).print())); // [4, 1, 2, 3]
 */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  axes?: number | readonly number[],
): Tensor {
  checkTensor(x, 'roll: x');
  const shiftList = typeof shifts === 'number' ? [shifts] : shifts;
  if (!isIntegerList(shiftList)) {
    throw new ArgumentError(
      `roll: shifts must be a whole number or a list of them, got ${describeValue(shifts)}`,
    );
  }
  if (axes === undefined) return reshape(roll(reshape(x, [-1]), shifts, 0), x.shape);
  const axisList = typeof axes === 'number' ? [axes] : axes;
  if (shiftList.length !== axisList.length) {
    throw new ArgumentError(
      `roll: needs one shift for each axis, got shifts ${format(shiftList)} and axes ${format(axisList)}`,
    );
  }
  return axisList.reduce((y, given, index) => {
    const axis = normalizeAxis(given, x.shape.length, 'roll');
    const size = x.shape[axis];
    const shift = size === 0 ? 0 : ((shiftList[index] % size) + size) % size;
    return rollOp([y], { axis, shift });
  }, x);
}

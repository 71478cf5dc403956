// Padding: a constant, a reflection, a repetition of the border, or a periodic continuation.
// A constant has an op with its own kernel; the other modes concatenate views of the tensor.

import * as kernels from '../../../kernels/layout.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { launch } from '../launch.js';
import { defineOp } from '../op.js';
import { checkOptions, describeValue, isIntegerList } from '../options.js';
import { anywhere } from '../sample.js';
import { format, splitAtAxis } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { mul } from './arithmetic.js';
import { flip } from './flip.js';
import { concat } from './join.js';
import { expand, slice } from './view.js';

/** Attributes of `padOp`. */
export interface PadAttributes {
  readonly axis: number;
  /** Numbers of elements before and after the axis, at least 0. */
  readonly before: number;
  readonly after: number;
  readonly value: number;
}

/** The op behind `pad` with a constant, along one axis. */
export const padOp = defineOp<PadAttributes>({
  name: 'pad',
  infer: ([x], { axis, before, after }) => x.with(axis, before + x[axis] + after),
  forward: ([x], { axis, before, after, value }) => {
    const { size, inner } = splitAtAxis(x.shape, axis);
    const padded = before + size + after;
    const shape = x.shape.with(axis, padded);
    return launch(kernels.pad, [x], shape, { size, inner, before, padded }, { value });
  },
  // The padding does not depend on x.
  backward: ({ grad, inputs: [x], attributes: { axis, before } }) => [
    () => grad.slice(axis, before, before + x.shape[axis]),
  ],
  samples: [
    {
      title: 'columns',
      inputs: [anywhere(3, 4)],
      attributes: { axis: 1, before: 2, after: 1, value: 0 },
    },
    {
      title: 'middle axis, one side',
      inputs: [anywhere(2, 3, 5)],
      attributes: { axis: 1, before: 0, after: 3, value: -1.5 },
    },
  ],
});

type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

/** Options of `pad`. */
export interface PadOptions {
  /**
   * What surrounds the tensor: `value` (`constant`, default), its reflection without the border
   * (`reflect`), its border repeated (`replicate`), or the tensor repeated (`circular`).
   */
  readonly mode?: PadMode;
  /** The constant. Default 0. */
  readonly value?: number;
}

/** Extends x along one axis by `before` and `after` elements, both at least 0. */
type Extend = (x: Tensor, axis: number, before: number, after: number, value: number) => Tensor;

/** The parts that each mode adds before and after x. */
const modes: Readonly<Record<PadMode, Extend>> = {
  constant: (x, axis, before, after, value) => padOp([x], { axis, before, after, value }),
  reflect: (x, axis, before, after) => {
    const size = x.shape[axis];
    checkPadding(Math.max(before, after) < size, 'reflect', 'smaller than', x, axis);
    const left = flip(slice(x, axis, 1, before + 1), axis);
    const right = flip(slice(x, axis, size - 1 - after, size - 1), axis);
    return concat([left, x, right], axis);
  },
  replicate: (x, axis, before, after) => {
    const size = x.shape[axis];
    checkPadding(size > 0, 'replicate', 'on an axis that is not empty, not', x, axis);
    const left = expand(slice(x, axis, 0, 1), x.shape.with(axis, before));
    const right = expand(slice(x, axis, size - 1, size), x.shape.with(axis, after));
    return concat([left, x, right], axis);
  },
  circular: (x, axis, before, after) => {
    const size = x.shape[axis];
    checkPadding(Math.max(before, after) <= size, 'circular', 'at most', x, axis);
    return concat([slice(x, axis, size - before), x, slice(x, axis, 0, after)], axis);
  },
};

function checkPadding(
  isValid: boolean,
  mode: PadMode,
  relation: string,
  { shape }: Tensor,
  axis: number,
): void {
  if (isValid) return;
  throw new ShapeError(
    `pad: padding of mode ${mode} must be ${relation} the size of axis ${axis} of ${format(shape)}`,
  );
}

/**
 * Extends the last axes of a tensor.
 *
 * @param padding numbers of elements before and after the last axis, then those of the axis before
 *   it, and so on: `[left, right, top, bottom]` for images. A negative number removes elements
 * @param options `mode` `constant` (default), `reflect`, `replicate` or `circular`, and the
 *   constant `value`, default 0. All modes pad any axis; PyTorch limits all but `constant` to the
 *   last three
 * @throws ArgumentError if `padding` is not a list of pairs of integers, an option is unknown, or
 *   `value` is given with another mode than `constant`
 * @throws ShapeError if there are more pairs than axes, more elements are removed than an axis has,
 *   or the mode needs more elements: `reflect` more than the padding, `circular` as many as the
 *   padding, `replicate` one
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 * @example
 * print(await scope(() => pad(tensor([1, 2, 3]), [1, 2]).print())); // [0, 1, 2, 3, 0, 0]
 * // With mode reflect: [2, 1, 2, 3, 2, 1]
 * print(await scope(() => pad(tensor([1, 2, 3]), [1, 2], { mode: 'reflect' }).print()));
 */
export function pad(x: Tensor, padding: readonly number[], options: PadOptions = {}): Tensor {
  checkTensor(x, 'pad: x');
  checkOptions('pad', options, { mode: true, value: true });
  const { mode = 'constant', value = 0 } = options;
  if (!Object.hasOwn(modes, mode)) {
    const names = Object.keys(modes).join(', ');
    throw new ArgumentError(`pad: mode must be one of ${names}, got ${describeValue(mode)}`);
  }
  if (typeof value !== 'number' || (mode !== 'constant' && value !== 0)) {
    throw new ArgumentError(
      `pad: value must be a number, and only mode constant has one; got ${describeValue(value)} with mode ${mode}`,
    );
  }
  if (!isIntegerList(padding) || padding.length % 2 !== 0) {
    throw new ArgumentError(
      `pad: padding must be pairs of whole numbers [left, right, top, bottom, ...], got ${describeValue(padding)}`,
    );
  }
  const rank = x.shape.length;
  if (padding.length > 2 * rank) {
    throw new ShapeError(
      `pad: ${padding.length / 2} pairs of padding ${format(padding)} for ${rank} axes (x ${format(x.shape)})`,
    );
  }
  let result = x;
  for (let i = 0; i < padding.length; i += 2) {
    const axis = rank - 1 - i / 2;
    const [before, after] = padding.slice(i, i + 2);
    if (before === 0 && after === 0) continue;
    result = modes[mode](
      cropped(result, axis, before, after),
      axis,
      Math.max(0, before),
      Math.max(0, after),
      value,
    );
  }
  return result === x ? mul(x, 1) : result; // without padding, a copy
}

/** x without the elements that negative padding removes. A view. */
function cropped(x: Tensor, axis: number, before: number, after: number): Tensor {
  const [start, end] = [Math.max(0, -before), x.shape[axis] - Math.max(0, -after)];
  if (start > end) {
    throw new ShapeError(
      `pad: padding [${before},${after}] removes more than the size of axis ${axis} of ${format(x.shape)}`,
    );
  }
  return slice(x, axis, start, end);
}

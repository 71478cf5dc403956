// One-dimensional convolution and pooling are the two-dimensional ops on images with one row:
// [N, C, L] as [N, C, 1, L]. Options become those of the horizontal direction.

import { ArgumentError, ShapeError } from '../../errors.js';
import { describeValue } from '../../options.js';
import { format } from '../../shape.js';
import { checkTensor, type Tensor } from '../../tensor.js';
import { reshape } from '../view.js';

/**
 * Inserts an axis of size 1 before the last: [N, C, L] -> [N, C, 1, L]. A view if x is dense.
 *
 * @param axes names of the three axes, for the message
 * @throws ArgumentError if x is not a tensor
 * @throws ShapeError unless x has 3 axes
 */
export function asRow(x: Tensor, caller: string, name = 'x', axes = '[N, C, L]'): Tensor {
  checkTensor(x, `${caller}: ${name}`);
  if (x.shape.length !== 3) {
    throw new ShapeError(`${caller}: ${name} must be ${axes}, got ${format(x.shape)}`);
  }
  return reshape(x, x.shape.toSpliced(2, 0, 1));
}

/** Reverses `asRow`: [N, C, 1, L] -> [N, C, L]. */
export function fromRow(x: Tensor): Tensor {
  return reshape(x, x.shape.toSpliced(2, 1));
}

/**
 * A one-dimensional option as [vertical, horizontal]. `neutral` is the vertical value, which has no
 * effect on a single row: 1 for sizes, strides and dilations, 0 for padding.
 *
 * @throws ArgumentError unless the option is an integer of at least `neutral`
 */
export function alongRow(
  value: number,
  neutral: 0 | 1,
  caller: string,
  name: string,
): readonly [number, number] {
  if (!Number.isInteger(value) || value < neutral) {
    throw new ArgumentError(
      `${caller}: ${name} must be a whole number of at least ${neutral}, got ${describeValue(value)}`,
    );
  }
  return [neutral, value];
}

// Helpers of convolution and pooling: options for one or both directions, and the output size of a
// sliding window.

import { ArgumentError, ShapeError } from '../../errors.js';
import { describeValue } from '../../options.js';
import { format, type Shape } from '../../shape.js';

/** One number for both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/**
 * Expands a pair and checks that both values are integers of at least `minimum`.
 *
 * @throws ArgumentError otherwise
 */
export function pair(
  value: Pair,
  minimum: number,
  caller: string,
  name: string,
): readonly [number, number] {
  const values = typeof value === 'number' ? ([value, value] as const) : value;
  if (!Array.isArray(values) || (values as readonly number[]).length !== 2) {
    throw new ArgumentError(
      `${caller}: ${name} must be a number or [vertical, horizontal], got ${describeValue(value)}`,
    );
  }
  if (!values.every((size) => Number.isInteger(size) && size >= minimum)) {
    throw new ArgumentError(
      `${caller}: ${name} must be whole numbers of at least ${minimum}, got ${format(values)}`,
    );
  }
  return values;
}

/**
 * Number of window positions along one axis: floor((size + 2 padding - dilation (window - 1) - 1) /
 * stride) + 1. With `ceilMode` the quotient is rounded up, so a last window may extend beyond the
 * padding; a window that would start beyond the image and its padding on the left is dropped.
 */
export function outputSize(
  size: number,
  window: number,
  stride: number,
  padding: number,
  dilation = 1,
  ceilMode = false,
): number {
  const steps = (size + 2 * padding - dilation * (window - 1) - 1) / stride;
  if (!ceilMode) return Math.floor(steps) + 1;
  const count = Math.ceil(steps) + 1;
  return (count - 1) * stride >= size + padding ? count - 1 : count;
}

/**
 * Validates that `x` is [N, C, H, W].
 *
 * @throws ShapeError otherwise
 */
export function checkImages(x: Shape, caller: string): void {
  if (x.length !== 4) {
    throw new ShapeError(
      `${caller}: needs images [N, C, H, W], got ${format(x)}; reshape adds missing axes of size 1`,
    );
  }
}

// Resizing of images [N, C, H, W] and sequences [N, C, L]: nearest neighbor and linear
// interpolation. The formulas are in kernels/interpolate.ts.

import * as kernels from '../../../kernels/interpolate.js';
import type { InterpolateConstants } from '../../../kernels/interpolate.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { launch } from '../launch.js';
import { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { checkOptions, describeValue } from '../options.js';
import { anywhere } from '../sample.js';
import { format, type Shape } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { dependents, interpolationTable } from './internal/interpolationTable.js';
import { asRow, fromRow } from './internal/lines.js';
import type { Pair } from './internal/window.js';

/** Options of `interpolate`; exactly one of `size` and `scaleFactor`. */
export interface InterpolateOptions {
  /** Size of the output: one number for all axes, or [height, width]. */
  readonly size?: Pair;
  /**
   * Factor on the size, not necessarily an integer: one number for all axes, or [vertical,
   * horizontal]. The size is rounded down.
   */
  readonly scaleFactor?: Pair;
  /** `nearest` (default), `linear` for sequences, `bilinear` for images. */
  readonly mode?: 'nearest' | 'linear' | 'bilinear';
  /**
   * Linear modes: true aligns the centers of the corner pixels of input and output, false their
   * edges. Default false.
   */
  readonly alignCorners?: boolean;
}

/** Attributes of `interpolateOp`. */
export interface InterpolateAttributes {
  /** Height and width of the output. */
  readonly size: readonly [number, number];
  /** The factors that the caller gave; null if the positions follow from the sizes. */
  readonly scaleFactor: readonly [number, number] | null;
  readonly mode: 'nearest' | 'linear';
  readonly alignCorners: boolean;
}

function constantsOf(x: Shape, [outHeight, outWidth]: readonly [number, number]) {
  const [images, channels, height, width] = x;
  const planes = images * channels;
  const sizes = { height, width, outHeight, outWidth };
  return { planes, channels, ...sizes, neighbors: 2 } satisfies InterpolateConstants;
}

/** The tables of rows and columns; see internal/interpolationTable.ts. */
function tablesOf(x: Shape, attributes: InterpolateAttributes): [Float64Array, Float64Array] {
  const { size, scaleFactor, mode, alignCorners } = attributes;
  const table = (axis: 0 | 1): Float64Array =>
    interpolationTable({
      size: x[2 + axis],
      outSize: size[axis],
      scaleFactor: scaleFactor === null ? null : scaleFactor[axis],
      mode,
      alignCorners,
    });
  return [table(0), table(1)];
}

const upload = (values: Float64Array, { backend }: NdArray): NdArray =>
  NdArray.upload(values, [values.length], backend);

/** The op behind `interpolate`: one input [N, C, H, W]. */
export const interpolateOp = defineOp<InterpolateAttributes>({
  name: 'interpolate',
  infer: ([x], { size }) => [x[0], x[1], ...size],
  forward: ([x], attributes) => {
    const { size } = attributes;
    const tables = tablesOf(x.shape, attributes).map((table) => upload(table, x));
    const shape = [x.shape[0], x.shape[1], ...size];
    return launch(kernels.interpolate, [x, ...tables], shape, constantsOf(x.shape, size));
  },
  backward: ({ grad, inputs: [x], attributes }) => [
    () => {
      const tables = tablesOf(x.shape, attributes);
      const [rows, columns] = tables.map((table, axis) => dependents(table, x.shape[2 + axis]));
      const host = [...tables, rows.first, columns.first];
      const inputs = [grad, ...host.map((table) => upload(table, grad))];
      const constants = constantsOf(x.shape, attributes.size);
      const spans = { spanY: rows.span, spanX: columns.span };
      return launch(kernels.interpolateGrad, inputs, x.shape, { ...constants, ...spans });
    },
  ],
  samples: [
    {
      title: 'nearest, twice the size',
      inputs: [anywhere(2, 3, 3, 4)],
      attributes: { size: [6, 8], scaleFactor: null, mode: 'nearest', alignCorners: false },
    },
    {
      title: 'nearest, 5x3 to 3x7',
      inputs: [anywhere(1, 2, 5, 3)],
      attributes: { size: [3, 7], scaleFactor: null, mode: 'nearest', alignCorners: false },
    },
    {
      title: 'bilinear, 3x4 to 7x8',
      inputs: [anywhere(2, 2, 3, 4)],
      attributes: { size: [7, 8], scaleFactor: null, mode: 'linear', alignCorners: false },
    },
    {
      title: 'bilinear, aligned corners, 4x5 to 7x3',
      inputs: [anywhere(1, 5, 4, 5)],
      attributes: { size: [7, 3], scaleFactor: null, mode: 'linear', alignCorners: true },
    },
    {
      title: 'bilinear, factors 1.7 and 0.6',
      inputs: [anywhere(1, 2, 4, 5)],
      attributes: { size: [6, 3], scaleFactor: [1.7, 0.6], mode: 'linear', alignCorners: false },
    },
  ],
});

/** One number for both axes, or two. @throws ArgumentError unless all satisfy `valid` */
function twoNumbers(
  value: Pair,
  name: string,
  rule: string,
  valid: (one: number) => boolean,
): readonly [number, number] {
  const values = typeof value === 'number' ? ([value, value] as const) : value;
  if (!Array.isArray(values) || (values as unknown[]).length !== 2 || !values.every(valid)) {
    throw new ArgumentError(
      `interpolate: ${name} must be ${rule} or a pair [vertical, horizontal], got ${describeValue(value)}`,
    );
  }
  return values;
}

/** @throws ArgumentError unless mode and alignCorners apply to inputs of `rank` axes */
function checkMode({ mode = 'nearest', alignCorners }: InterpolateOptions, rank: number): void {
  const linearMode = rank === 3 ? 'linear' : 'bilinear';
  if (mode !== 'nearest' && mode !== linearMode) {
    throw new ArgumentError(
      `interpolate: mode must be "nearest" or "${linearMode}" for an input with ${rank} axes, got ${describeValue(mode)}`,
    );
  }
  if (mode === 'nearest' && alignCorners !== undefined) {
    throw new ArgumentError(
      'interpolate: alignCorners applies to the modes "linear" and "bilinear" only',
    );
  }
}

/**
 * Output size and factors for images.
 *
 * @param isSequence the images have one row, which is kept
 */
function resolveSize(
  x: Shape,
  { size, scaleFactor }: InterpolateOptions,
  isSequence: boolean,
): Pick<InterpolateAttributes, 'size' | 'scaleFactor'> {
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new ArgumentError('interpolate: needs either size or scaleFactor, and not both');
  }
  const given = size ?? scaleFactor!;
  if (isSequence && typeof given !== 'number') {
    throw new ArgumentError(
      `interpolate: ${size === undefined ? 'scaleFactor' : 'size'} must be one number for an input [N, C, L], got ${describeValue(given)}`,
    );
  }
  if (size !== undefined) {
    const isSize = (one: number): boolean => Number.isInteger(one) && one >= 1;
    const [height, width] = twoNumbers(size, 'size', 'a whole number of at least 1', isSize);
    return { size: [isSequence ? 1 : height, width], scaleFactor: null };
  }
  const isFactor = (one: number): boolean => one > 0 && Number.isFinite(one);
  const factors = twoNumbers(scaleFactor!, 'scaleFactor', 'a number greater than 0', isFactor);
  const [vertical, horizontal] = isSequence ? [1, factors[1]] : factors;
  const scaled = [Math.floor(x[2] * vertical), Math.floor(x[3] * horizontal)] as const;
  if (scaled[0] < 1 || scaled[1] < 1) {
    throw new ArgumentError(
      `interpolate: scaleFactor [${vertical},${horizontal}] reduces the image ${format(x)} to no pixels`,
    );
  }
  return { size: scaled, scaleFactor: [vertical, horizontal] };
}

/**
 * Resizes images or sequences.
 *
 * `nearest` copies the element whose index is the output index divided by the factor, rounded down.
 * `linear` and `bilinear` interpolate between the two or four adjacent elements. As in PyTorch, with
 * `scaleFactor` the positions follow from the factor, not from the rounded sizes.
 *
 * @param x [N, C, H, W] or [N, C, L]
 * @returns [N, C, H', W'] or [N, C, L']
 * @throws ShapeError unless x has 3 or 4 axes, and elements along the last ones
 * @throws ArgumentError for an unknown option, a mode that does not apply, or an empty output
 * @example
 * const image = tensor([1, 2, 3, 4], { shape: [1, 1, 2, 2] });
 * const y = scope(() => interpolate(image, { size: [1, 4] }).data());
 * print(await y); // [1, 1, 2, 2]
 * image.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  checkTensor(x, 'interpolate: x');
  checkOptions('interpolate', options, {
    size: true,
    scaleFactor: true,
    mode: true,
    alignCorners: true,
  });
  const rank = x.shape.length;
  if ((rank !== 3 && rank !== 4) || x.shape.slice(2).includes(0)) {
    throw new ShapeError(
      `interpolate: needs [N, C, H, W] or [N, C, L] with at least one element along H, W and L, got ${format(x.shape)}`,
    );
  }
  checkMode(options, rank);
  const { mode = 'nearest', alignCorners = false } = options;
  const isSequence = rank === 3;
  const images = isSequence ? asRow(x, 'interpolate') : x;
  const attributes: InterpolateAttributes = {
    ...resolveSize(images.shape, options, isSequence),
    mode: mode === 'nearest' ? 'nearest' : 'linear',
    alignCorners,
  };
  const y = interpolateOp([images], attributes);
  return isSequence ? fromRow(y) : y;
}

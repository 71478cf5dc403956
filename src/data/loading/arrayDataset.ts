// A data set of arrays in host memory, of any element types and shapes.

import { ArgumentError, ShapeError } from '../../engine/errors.js';
import { describeValue } from '../../engine/options.js';
import {
  checkShape,
  contiguousStrides,
  format,
  isContiguous,
  resolveReshape,
  sizeOf,
  type Shape,
} from '../../engine/shape.js';
import { checkIndex, type Dataset, type Example } from './dataset.js';

/** The typed arrays that a data set can store. */
export type NumberArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** A typed array with a shape, whose first axis counts the examples. */
export interface ShapedArray {
  /** The numbers in row-major order, unless `stride` says otherwise. */
  readonly data: NumberArray | readonly number[];
  /** All sizes, the number of examples first; one of them may be -1. */
  readonly shape: Shape;
  /** Distance between neighbors along each axis. Default: row-major. */
  readonly stride?: readonly number[];
  /** Index in `data` of the first number. Default 0. */
  readonly offset?: number;
}

/**
 * The values of one field for all examples: one number per example, or an array with a shape. An
 * `ndarray` is such an array.
 */
export type FieldValues = NumberArray | readonly number[] | ShapedArray;

/** A field as an `ArrayDataset` stores it: row-major, the number of examples first. */
export interface FieldArray {
  readonly data: NumberArray;
  readonly shape: Shape;
}

/**
 * A data set of arrays in memory, one per field, whose first axis counts the examples.
 *
 * Typed arrays are not copied and keep their type; lists of numbers become Float64Arrays, and
 * strided arrays are copied into row-major order. Batches contain float32 numbers, in which
 * integers above 2^24 are not exact.
 *
 * @throws ShapeError if an array does not fill its shape, or the numbers of examples differ
 * @throws ArgumentError if there is no field, or a field is not an array of numbers
 * @see https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
 * @example
 * const dataset = new ArrayDataset({
 *   inputs: { data: new Float32Array(4 * 3 * 8 * 8), shape: [4, 3, 8, 8] }, // four RGB images
 *   targets: Uint8Array.of(0, 1, 1, 0),
 * });
 * print(dataset.length, dataset.shapes); // 4 { inputs: [3, 8, 8], targets: [] }
 */
export class ArrayDataset<Name extends string = 'inputs' | 'targets'> implements Dataset<Name> {
  /** Number of examples. */
  readonly length: number;
  /** Shape of each field of one example. */
  readonly shapes: Readonly<Record<Name, Shape>>;
  /** The array of each field. */
  readonly arrays: Readonly<Record<Name, FieldArray>>;
  readonly #fields: readonly (FieldArray & { readonly name: Name; readonly size: number })[];

  constructor(fields: Readonly<Record<Name, FieldValues>>) {
    if (typeof fields !== 'object' || (fields as object | null) === null) {
      throw new ArgumentError(
        `ArrayDataset: fields must be an object such as { inputs, targets }, got ${describeValue(fields)}`,
      );
    }
    const names = Object.keys(fields) as Name[];
    if (names.length === 0) {
      throw new ArgumentError('ArrayDataset: needs at least one field, such as { inputs }');
    }
    this.#fields = names.map((name) => {
      const array = rowMajor(name, fields[name]);
      return { name, ...array, size: sizeOf(array.shape.slice(1)) };
    });
    const [first] = this.#fields;
    for (const { name, shape } of this.#fields) {
      if (shape[0] === first.shape[0]) continue;
      throw new ShapeError(
        `ArrayDataset: ${name} has ${shape[0]} examples, but ${first.name} has ${first.shape[0]}` +
          ` (${first.name} ${format(first.shape)}, ${name} ${format(shape)});` +
          ' the first axis of every field counts the examples',
      );
    }
    this.length = first.shape[0];
    this.shapes = this.#byName(({ shape }) => shape.slice(1));
    this.arrays = this.#byName(({ data, shape }) => ({ data, shape }));
  }

  /**
   * Example `index`: views of the arrays, and numbers for fields of shape `[]`.
   *
   * @throws ArgumentError if the index is out of range
   */
  get(index: number): Example<Name> {
    checkIndex('ArrayDataset', index, this.length);
    return this.#byName(({ data, shape, size }) =>
      shape.length === 1 ? data[index] : data.subarray(index * size, (index + 1) * size),
    );
  }

  #byName<T>(value: (field: FieldArray & { readonly size: number }) => T): Record<Name, T> {
    const result: Partial<Record<Name, T>> = {};
    for (const field of this.#fields) result[field.name] = value(field);
    return result as Record<Name, T>;
  }
}

/** One field in row-major order. */
function rowMajor(name: string, values: FieldValues): FieldArray {
  const caller = `ArrayDataset: ${name}`;
  if (!isShaped(values)) {
    const data = typedArray(caller, values);
    return { data, shape: [data.length] };
  }
  const { shape: declared, stride, offset = 0 } = values;
  const data = typedArray(caller, values.data);
  if (!isFilledList(declared)) {
    throw new ShapeError(
      `${caller}: shape must be a list of sizes, the number of examples first, got ${describeValue(declared)}`,
    );
  }
  if (stride === undefined) {
    const shape = declared.includes(-1)
      ? resolveReshape([data.length], declared, caller)
      : declared;
    checkShape(shape, caller);
    if (data.length !== sizeOf(shape)) {
      throw new ShapeError(
        `${caller}: ${data.length} numbers do not fill the shape ${format(shape)}, which takes ${sizeOf(shape)}`,
      );
    }
    return { data, shape };
  }
  checkShape(declared, caller);
  return { data: gather(caller, data, declared, stride, offset), shape: [...declared] };
}

const isShaped = (values: FieldValues): values is ShapedArray =>
  typeof values === 'object' && (values as object | null) !== null && 'shape' in values;

const isFilledList = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

/** @throws ArgumentError if the values are not numbers */
function typedArray(caller: string, values: NumberArray | readonly number[]): NumberArray {
  const isTyped = ArrayBuffer.isView(values) && 'length' in values;
  if (isTyped && (values.length === 0 || typeof values[0] === 'number')) return values;
  if (Array.isArray(values) && values.every((value) => typeof value === 'number')) {
    return Float64Array.from(values);
  }
  throw new ArgumentError(
    `${caller} must be a typed array, a flat list of numbers, { data, shape } or an ndarray, got ` +
      describeValue(values).slice(0, 60),
  );
}

/** The numbers of a strided array in row-major order; a view if they already are. */
function gather(
  caller: string,
  data: NumberArray,
  shape: Shape,
  stride: readonly number[],
  offset: number,
): NumberArray {
  const size = sizeOf(shape);
  if (stride.length !== shape.length) {
    throw new ShapeError(
      `${caller}: stride ${format(stride)} must have one number per axis of ${format(shape)}`,
    );
  }
  const reach = shape.map((length, axis) => (length - 1) * stride[axis]);
  const lowest = offset + reach.reduce((sum, step) => sum + Math.min(0, step), 0);
  const highest = offset + reach.reduce((sum, step) => sum + Math.max(0, step), 0);
  if (size > 0 && !(lowest >= 0 && highest < data.length)) {
    throw new ShapeError(
      `${caller}: shape ${format(shape)} with stride ${format(stride)} and offset ${offset} reads` +
        ` indices ${lowest} to ${highest} of ${data.length} numbers`,
    );
  }
  if (isContiguous(shape, stride)) return data.subarray(offset, offset + size);
  const copy = new (data.constructor as new (length: number) => NumberArray)(size);
  const steps = contiguousStrides(shape);
  for (let i = 0; i < size; i++) {
    let index = offset;
    for (let axis = 0; axis < shape.length; axis++) {
      index += (Math.floor(i / steps[axis]) % shape[axis]) * stride[axis];
    }
    copy[i] = data[index];
  }
  return copy;
}

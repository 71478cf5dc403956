// State dicts: compares expected and given names and shapes, and reports all differences before any
// change.

import { ArgumentError } from '../../engine/errors.js';
import {
  contiguousStrides,
  format,
  isContiguous,
  sameShape,
  sizeOf,
  type Shape,
} from '../../engine/shape.js';

/**
 * An array in host memory: `{ shape, data }`, as decoded from a file, or an `ndarray`, which may be
 * a view.
 */
export interface HostArray {
  readonly shape: Shape;
  /** The elements; row-major unless `stride` is given. */
  readonly data: ArrayLike<number>;
  /** Distance in `data` between neighbors along each axis. Default: row-major. */
  readonly stride?: readonly number[];
  /** Index of the first element in `data`. Default 0. */
  readonly offset?: number;
}

/** Host arrays by name. */
export type HostState = Readonly<Record<string, HostArray>>;

/** Names that are only expected or only given; both lists are empty after a strict load. */
export interface LoadReport {
  /** Expected by the module, absent in the state. */
  readonly missing: readonly string[];
  /** In the state, but not in the module. */
  readonly unexpected: readonly string[];
}

/** Options of `Module.loadStateDict`. */
export interface LoadOptions {
  /** Reject missing and unexpected names. A wrong shape is always rejected. Default true. */
  readonly strict?: boolean;
}

/** A validated load. Nothing changes before `commit`, which cannot fail. */
export interface PreparedLoad extends LoadReport {
  readonly commit: () => void;
}

/** The elements of a host array in row-major order. */
export function rowMajor({ shape, data, stride, offset = 0 }: HostArray): ArrayLike<number> {
  const strides = stride ?? contiguousStrides(shape);
  const size = sizeOf(shape);
  if (offset === 0 && data.length === size && isContiguous(shape, strides)) return data;
  const steps = contiguousStrides(shape);
  return Float64Array.from({ length: size }, (_, i) => {
    const indexAlong = (axis: number): number => Math.floor(i / steps[axis]) % shape[axis];
    return data[
      strides.reduce((position, step, axis) => position + step * indexAlong(axis), offset)
    ];
  });
}

/** The reason why a host array does not fit a shape, or null. */
function mismatch(expected: Shape, array: HostArray): string | null {
  if (!sameShape(expected, array.shape)) {
    return `expected ${format(expected)}, got ${format(array.shape)}`;
  }
  const size = sizeOf(expected);
  if (array.stride === undefined && array.data.length !== size) {
    return `${format(expected)} needs ${size} values, got ${array.data.length}`;
  }
  return null;
}

/**
 * Compares names and shapes.
 *
 * @throws ArgumentError that lists every missing name, unexpected name and wrong shape
 */
export function compareState(
  label: string,
  expected: ReadonlyMap<string, Shape>,
  state: HostState,
  { strict = true }: LoadOptions = {},
): LoadReport {
  const names = [...expected.keys()];
  const missing = names.filter((name) => !Object.hasOwn(state, name));
  const unexpected = Object.keys(state).filter((name) => !expected.has(name));
  const mismatches = names
    .filter((name) => Object.hasOwn(state, name))
    .map((name) => [name, mismatch(expected.get(name)!, state[name])] as const)
    .filter(([, reason]) => reason !== null)
    .map(([name, reason]) => `shape of ${name}: ${reason}`);

  const problems = [
    ...(strict ? missing.map((name) => `missing: ${name}`) : []),
    ...(strict ? unexpected.map((name) => `unexpected: ${name}`) : []),
    ...mismatches,
  ];
  if (problems.length > 0) {
    const hint =
      mismatches.length < problems.length
        ? '\n(strict: false skips missing and unexpected names)'
        : '';
    throw new ArgumentError(
      `${label}: the state does not match, nothing was loaded:\n  ${problems.join('\n  ')}${hint}`,
    );
  }
  return { missing, unexpected };
}

/**
 * Validates that the arrays of one tensor with several names (tied weights) are equal.
 *
 * @param present the tensors to load, by name
 * @throws ArgumentError with both names otherwise
 */
export function checkTied(
  label: string,
  present: readonly (readonly [name: string, tensor: object])[],
  state: HostState,
): void {
  const firstNames = new Map<object, string>();
  for (const [name, tensor] of present) {
    const first = firstNames.get(tensor);
    if (first === undefined) {
      firstNames.set(tensor, name);
    } else if (!equalValues(rowMajor(state[first]), rowMajor(state[name]))) {
      throw new ArgumentError(
        `${label}: ${first} and ${name} are the same tensor, but their values in the state differ, ` +
          'nothing was loaded; delete one of them and pass strict: false',
      );
    }
  }
}

/** Whether two lists of equal length have the same values; NaN equals NaN. */
function equalValues(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false;
  }
  return true;
}

// Compares the results of a case with PyTorch's.

import type { FloatArray } from '../../src/engine/index.js';
import { format } from '../../src/engine/shape.js';
import type { Case, CaseInput, Expected } from './fixture.js';
import { FLOAT32_SMALLEST, floorOf, toleranceOf } from './tolerances.js';

const FLOAT32_MAX = (2 - 2 ** -23) * 2 ** 127;

/** The largest finite magnitude; at least `floor`. */
function scaleOf(values: Float64Array, floor: number): number {
  let scale = floor;
  for (const value of values) {
    if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
  }
  return scale;
}

/** A sentence about the first element that differs; null if all agree. */
export function difference(
  actual: FloatArray,
  expected: Expected,
  one: Case,
  dtype: 'float32' | 'float64',
): string | null {
  const { name, shape, values } = expected;
  if (actual.length !== values.length) {
    return `${name}: ${actual.length} elements, expected shape ${format(shape)}`;
  }
  let allowed = toleranceOf(one, dtype) * scaleOf(values, floorOf(one, name));
  if (dtype === 'float32') allowed = Math.max(allowed, FLOAT32_SMALLEST);
  for (let i = 0; i < values.length; i++) {
    const [got, want] = [actual[i], values[i]];
    if (Object.is(got, want) || Math.abs(got - want) <= allowed) continue; // NaN, infinities
    const overflows = dtype === 'float32' && Math.abs(want) > FLOAT32_MAX / 2;
    if (overflows && got === Math.sign(want) * Infinity) continue;
    const limit = allowed.toExponential(1);
    return `${name} ${format(shape)}: element ${i} is ${got}, expected ${want} (tolerance ${limit})`;
  }
  return null;
}

/** Whether two arrays are equal bit for bit, except for the bits of NaN. */
export function identical(a: FloatArray, b: FloatArray): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

function describeInput({ shape, view, same, values, grad }: CaseInput): string {
  if (same >= 0) return `input ${same}`;
  const steps = view.map(([name, ...rest]) => `.${name}(${JSON.stringify(rest).slice(1, -1)})`);
  const elements = values.length <= 12 ? ` {${Array.from(values, printed).join(' ')}}` : '';
  return `${format(shape)}${steps.join('')}${elements}${grad ? '' : ' constant'}`;
}

const printed = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** A case in one line: index, op, options, inputs. */
export function describeCase({ index, op, kind, options, inputs, direction }: Case): string {
  const seed = direction === null ? '' : `, gradient ${describeInput(direction)}`;
  const printedOptions = JSON.stringify(options, (_, value: unknown) =>
    typeof value === 'number' ? String(value) : value,
  ).replaceAll('"', '');
  return `case ${index} ${op} ${kind} ${printedOptions} (${inputs.map(describeInput).join(', ')}${seed})`;
}

/** Number of values in a case, to report the smallest first. */
export function caseSize({ inputs, outputs }: Case): number {
  return [...inputs, ...outputs].reduce((total, { values }) => total + values.length, 0);
}

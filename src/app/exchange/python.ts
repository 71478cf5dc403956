// Python expressions as text.

/** A value that Python code can state. */
export type PythonValue = number | boolean | string | null | readonly PythonValue[];

/** A value as Python writes it: `True`, `None`, `(1, 2)`. */
export function literal(value: PythonValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    return Number.isFinite(value) ? `${value}` : `float("${value > 0 ? 'inf' : '-inf'}")`;
  }
  return `(${value.map(literal).join(', ')}${value.length === 1 ? ',' : ''})`;
}

/** Sizes of all axes as one number if they are equal: `3` or `(3, 5)`. */
export function sizes(values: number | readonly number[]): PythonValue {
  if (typeof values === 'number') return values;
  return values.every((one) => one === values[0]) ? values[0] : values;
}

/**
 * A call: `nn.Conv2d(1, 8, 3, stride=2)`.
 *
 * @param named value and default of each keyword argument; defaults are omitted
 * @example
 * print(call('nn.Conv2d', [1, 8, 3], { stride: [2, 1], padding: [0, 0] })); // nn.Conv2d(1, 8, 3, stride=2)
 */
export function call(
  name: string,
  positional: readonly PythonValue[],
  named: Readonly<Record<string, readonly [value: PythonValue, usual: PythonValue]>> = {},
): string {
  const keywords = Object.entries(named)
    .filter(([, [value, usual]]) => literal(value) !== literal(usual))
    .map(([key, [value]]) => `${key}=${literal(value)}`);
  return `${name}(${[...positional.map(literal), ...keywords].join(', ')})`;
}

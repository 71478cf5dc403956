// Text of what a cell prints, the same in Node and in a browser.

/** The method of a tensor that gives its text for `console.log`. */
const inspectSymbol = Symbol.for('nodejs.util.inspect.custom');

/** Values of one `console.log`, separated by spaces. Numbers are complete: programs round them. */
export function formatValues(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? value : format(value))).join(' ');
}

function format(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (ArrayBuffer.isView(value)) return format([...(value as Float32Array)]);
  if (Array.isArray(value)) return `[${value.map(format).join(', ')}]`;
  if (inspectSymbol in value) return (value as { [inspectSymbol](): string })[inspectSymbol]();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value.constructor.name;
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${format(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

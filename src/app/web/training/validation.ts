// Validation of messages between threads: checks of field values, and the name of the first invalid field.

/** Returns true, false, or the position of the invalid part inside the value. */
export type Check = (value: unknown) => boolean | string;

export type Fields = Readonly<Record<string, Check>>;

export interface Limits {
  readonly min: number;
  readonly max: number;
}

export const string: Check = (value) => typeof value === 'string';
export const boolean: Check = (value) => typeof value === 'boolean';
export const bytes: Check = (value) => value instanceof Uint8Array;
export const blob: Check = (value) => value instanceof Blob;

export function number({ min, max }: Limits): Check {
  return (value) => typeof value === 'number' && value >= min && value <= max;
}

export function integer(range: Limits): Check {
  const inRange = number(range);
  return (value) => Number.isSafeInteger(value) && inRange(value);
}

export function oneOf(...values: readonly string[]): Check {
  return (value) => typeof value === 'string' && values.includes(value);
}

export function nullable(check: Check): Check {
  return (value) => value === null || check(value);
}

export function arrayOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every((item) => check(item) === true);
}

export function object(fields: Fields): Check {
  return (value) => isRecord(value) && (invalidField(value, fields) ?? true);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The first invalid field and its value, e.g. `settings.epochs is 0`; null if all are valid. */
export function invalidField(value: unknown, fields: Fields): string | null {
  if (!isRecord(value)) return `message is ${String(value)}`;
  for (const [name, check] of Object.entries(fields)) {
    const result = check(value[name]);
    if (typeof result === 'string') return `${name}.${result}`;
    if (!result) return `${name} is ${describe(value[name])}`;
  }
  return null;
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? 'an object of the wrong type'
    : String(value);
}

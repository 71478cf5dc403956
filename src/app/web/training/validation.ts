// Validation of messages between threads: checks of field values, and the name of the first invalid field.

/** Returns true, false, or the position of the invalid part inside the value. */
export type Check = (value: unknown) => boolean | string;

export type Fields = Readonly<Record<string, Check>>;

export interface Range {
  readonly least: number;
  readonly most: number;
}

export const text: Check = (value) => typeof value === 'string';
export const flag: Check = (value) => typeof value === 'boolean';
export const bytes: Check = (value) => value instanceof Uint8Array;
export const blob: Check = (value) => value instanceof Blob;

export function number({ least, most }: Range): Check {
  return (value) => typeof value === 'number' && value >= least && value <= most;
}

export function whole(range: Range): Check {
  const inRange = number(range);
  return (value) => Number.isSafeInteger(value) && inRange(value);
}

export function oneOf(...values: readonly string[]): Check {
  return (value) => typeof value === 'string' && values.includes(value);
}

export function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

export function list(check: Check): Check {
  return (value) => Array.isArray(value) && value.every((item) => check(item) === true);
}

export function object(fields: Fields): Check {
  return (value) => isRecord(value) && (wrongField(value, fields) ?? true);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The first invalid field and its value, e.g. `settings.epochs is 0`; null if all are valid. */
export function wrongField(value: unknown, fields: Fields): string | null {
  if (!isRecord(value)) return `message is ${String(value)}`;
  for (const [name, check] of Object.entries(fields)) {
    const verdict = check(value[name]);
    if (typeof verdict === 'string') return `${name}.${verdict}`;
    if (!verdict) return `${name} is ${describe(value[name])}`;
  }
  return null;
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? 'an object of the wrong type'
    : String(value);
}

// Guards: what a value from another thread must be, and the name of the first field that is not. Imports nothing.

/** Returns true, or false, or where inside of the value the fault is. */
export type Guard = (value: unknown) => boolean | string;

export type Fields = Readonly<Record<string, Guard>>;

export interface Range {
  readonly least: number;
  readonly most: number;
}

export const text: Guard = (value) => typeof value === 'string';
export const flag: Guard = (value) => typeof value === 'boolean';
export const bytes: Guard = (value) => value instanceof Uint8Array;
export const blob: Guard = (value) => value instanceof Blob;

export function number({ least, most }: Range): Guard {
  return (value) => typeof value === 'number' && value >= least && value <= most;
}

export function whole(range: Range): Guard {
  const inRange = number(range);
  return (value) => Number.isSafeInteger(value) && inRange(value);
}

export function oneOf(...values: readonly string[]): Guard {
  return (value) => typeof value === 'string' && values.includes(value);
}

export function orNull(guard: Guard): Guard {
  return (value) => value === null || guard(value);
}

export function list(guard: Guard): Guard {
  return (value) => Array.isArray(value) && value.every((item) => guard(item) === true);
}

export function object(fields: Fields): Guard {
  return (value) => wrongField(value, fields) ?? true;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The first field that is not what it must be, and what it is: `settings.epochs is 0`; null if all are right. */
export function wrongField(value: unknown, fields: Fields): string | null {
  if (!isRecord(value)) return `contents are ${String(value)}`;
  for (const [name, guard] of Object.entries(fields)) {
    const verdict = guard(value[name]);
    if (typeof verdict === 'string') return `${name}.${verdict}`;
    if (!verdict) return `${name} is ${describe(value[name])}`;
  }
  return null;
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'of another kind' : String(value);
}

// Search of a module's properties for parameters, buffers and modules, also in lists, plain objects
// and maps.

import { ArgumentError } from '../engine/errors.js';
import { describeValue } from '../engine/options.js';

/** Keys and values of a list, map or plain object; null for any other value. */
function entriesOf(value: object): Iterable<readonly [unknown, unknown]> | null {
  if (Array.isArray(value)) return value.entries();
  if (value instanceof Map) return value;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null ? Object.entries(value) : null;
}

/**
 * The parameters, buffers and modules among the values, and those in lists, plain objects and maps
 * at any depth, with dotted names: `blocks.0`, `heads.left`. Other values are ignored, as are
 * objects of other classes and a container inside itself.
 *
 * @param owner name of the module's class, for messages
 * @param isMember whether a value is a parameter, buffer or module; those are not searched
 * @throws ArgumentError for a name that appears twice, contains a dot, or is neither text nor a
 *   whole number, and for a Set with members, which have no names
 */
export function namedMembers<T>(
  owner: string,
  properties: readonly (readonly [string, unknown])[],
  isMember: (value: unknown) => value is T,
): [string, T][] {
  const members = new Map<string, T>();
  const fail = (path: readonly unknown[], problem: string): never => {
    throw new ArgumentError(`${owner}: property ${path.map(describeKey).join('.')} ${problem}`);
  };
  const search = (path: readonly unknown[], value: unknown, outer: readonly object[]): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isMember(value)) {
      for (const key of path) {
        if (!isName(key)) {
          fail(
            path,
            `has the key ${describeValue(key)}; a key must be text without dots or a whole number`,
          );
        }
      }
      const name = path.join('.');
      if (members.has(name)) fail(path, 'has the name of another one; rename one of them');
      members.set(name, value);
      return;
    }
    if (outer.includes(value)) return;
    if (value instanceof Set) {
      const found = namedMembers(owner, [['0', [...(value as Set<unknown>)]]], isMember);
      if (found.length > 0) {
        fail(path, 'is a Set of modules or parameters, which have no names; use an array or a Map');
      }
      return;
    }
    const entries = entriesOf(value);
    if (entries === null) return;
    const containers = [...outer, value];
    for (const [key, item] of entries) search([...path, key], item, containers);
  };
  for (const [name, value] of properties) search([name], value, []);
  return [...members];
}

function isName(key: unknown): boolean {
  return Number.isInteger(key) || (typeof key === 'string' && key !== '' && !key.includes('.'));
}

function describeKey(key: unknown): string {
  return typeof key === 'string' || typeof key === 'number' ? `${key}` : describeValue(key);
}

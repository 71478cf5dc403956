// What `console.log` shows of a tensor in Node, Deno and Bun: one line of facts, and the elements
// where the host can read them at once.

import type { NdArray } from './ndarray.js';
import { formatArray } from './print.js';

/**
 * Name of the method that `console.log` calls in Node, Deno and Bun. In a browser nothing calls it.
 *
 * @see https://nodejs.org/api/util.html#custom-inspection-functions-on-objects
 */
export const inspectSymbol: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/**
 * The summary of an array, followed by its elements or by how to print them.
 *
 * Launches nothing and never throws: a log line must not change a computation or end it.
 */
export function inspectArray(array: NdArray, summary: string): string {
  if (array.isDisposed) return summary;
  const values = peek(array);
  if (values === null) return `${summary} (elements: await x.print())`;
  return `${summary}\n${formatArray(values, array.shape, array.strides, array.offset)}`;
}

/** The elements of the array's storage, or null if the host cannot read them now. */
function peek({ backend, storage }: NdArray): ArrayLike<number> | null {
  try {
    return backend.peek?.(storage.buffer) ?? null;
  } catch {
    return null; // the backend was lost or disposed of; the next operation reports it
  }
}

// Taking items from a source ahead of the one who uses them, so that a batch is ready when the last step ends.
// Knows nothing of batches. Imports errors only.

import { ArgumentError } from '../../engine/errors.js';

/**
 * Yields what `source` yields, in order, keeping up to `depth` further items ready.
 *
 * An error of the source arrives at its place in the order, after the items before it. Leaving the loop early
 * (`break`, a throw) stops the source; its `finally` blocks run.
 */
export async function* prefetch<T>(
  source: Iterable<T> | AsyncIterable<T>,
  depth: number,
): AsyncGenerator<T, void, undefined> {
  if (!Number.isSafeInteger(depth) || depth < 1) {
    throw new ArgumentError(`prefetch: depth must be a whole number of at least 1, got ${depth}`);
  }
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const queue: Promise<IteratorResult<T>>[] = [];
  // One pull waits for the one before, so a source never sees two at once, nor any after its first error.
  let latest: Promise<unknown> = Promise.resolve();
  const pull = (): void => {
    const item = latest.then(() => iterator.next());
    item.catch(() => undefined); // it is thrown where its turn comes; until then it is not "unhandled"
    latest = item;
    queue.push(item);
  };
  let ended = false;
  try {
    for (;;) {
      while (queue.length < depth + 1) pull();
      ended = true; // unless an item comes: a source that is done, or has thrown, is not to be stopped again
      const result = await queue.shift()!;
      if (result.done) return;
      ended = false;
      yield result.value;
    }
  } finally {
    await latest.catch(() => undefined); // a pull under way ends first
    if (!ended) await iterator.return?.();
  }
}

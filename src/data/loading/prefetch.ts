// Prefetching: takes items from a source ahead of the consumer, so that a batch is ready when the
// last step ends.

import { ArgumentError } from '../../engine/errors.js';

/**
 * Yields the items of `source`, in order, keeping up to `depth` further items ready.
 *
 * An error of the source is thrown at its position in the order, after the items before it. Leaving
 * the loop early (`break`, a throw) stops the source; its `finally` blocks run.
 *
 * @throws ArgumentError if `depth` is not a positive integer
 * @example
 * for await (const number of prefetch([1, 2, 3], 2)) print(number);
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
  // Each pull waits for the previous one, so a source is never pulled concurrently, nor after
  // its first error.
  let latest: Promise<unknown> = Promise.resolve();
  const pull = (): void => {
    const item = latest.then(() => iterator.next());
    // Marks the rejection as handled; it is thrown when its turn comes.
    item.catch(() => undefined);
    latest = item;
    queue.push(item);
  };
  let ended = false;
  try {
    for (;;) {
      while (queue.length < depth + 1) pull();
      // Reset below if an item arrives. A source that is done, or has thrown, must not
      // be stopped again.
      ended = true;
      const result = await queue.shift()!;
      if (result.done) return;
      ended = false;
      yield result.value;
    }
  } finally {
    await latest.catch(() => undefined); // wait for a pull in progress
    if (!ended) await iterator.return?.();
  }
}

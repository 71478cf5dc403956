// prefetch: order, errors, stopping the source, and the number of items ahead.

import { describe, expect, it } from 'vitest';
import { prefetch } from '../../../src/data/loading/prefetch.js';

/** A source that counts the items it produced and records when it is stopped. */
class Source {
  produced = 0;
  isStopped = false;

  *items(count: number, failAt = Infinity): Generator<number, void, undefined> {
    try {
      for (let i = 0; i < count; i++) {
        if (i === failAt) throw new Error(`no item ${i}`);
        this.produced++;
        yield i;
      }
    } finally {
      this.isStopped = true;
    }
  }

  async *slowItems(count: number, failAt = Infinity): AsyncGenerator<number, void, undefined> {
    for (const item of this.items(count, failAt)) {
      await nextTick();
      yield item;
    }
  }
}

function nextTick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

describe.each(['items', 'slowItems'] as const)('prefetch from %s', (kind) => {
  it.each([1, 2, 7])('keeps the order at depth %i', async (depth) => {
    const received: number[] = [];
    for await (const item of prefetch(new Source()[kind](5), depth)) received.push(item);
    expect(received).toEqual([0, 1, 2, 3, 4]);
  });

  it('throws an error of the source after the items before it', async () => {
    const received: number[] = [];
    const loop = async (): Promise<void> => {
      for await (const item of prefetch(new Source()[kind](9, 3), 4)) {
        await nextTick(); // the error has occurred but must not be thrown yet
        received.push(item);
      }
    };
    await expect(loop()).rejects.toThrow('no item 3');
    expect(received).toEqual([0, 1, 2]);
  });

  it('stops the source when the loop ends early', async () => {
    const source = new Source();
    for await (const item of prefetch(source[kind](100), 3)) {
      expect(source.isStopped).toBe(false);
      if (item === 2) break;
    }
    expect(source.isStopped).toBe(true);
    expect(source.produced).toBeLessThanOrEqual(2 + 1 + 3);
  });

  it('stops the source when the loop throws', async () => {
    const source = new Source();
    const loop = async (): Promise<void> => {
      for await (const item of prefetch(source[kind](100), 2))
        throw new Error(`cannot use ${item}`);
    };
    await expect(loop()).rejects.toThrow('cannot use 0');
    expect(source.isStopped).toBe(true);
  });

  it('yields nothing from an empty source', async () => {
    for await (const item of prefetch(new Source()[kind](0), 2)) expect.unreachable(`got ${item}`);
  });
});

it('stays exactly `depth` items ahead', async () => {
  const source = new Source();
  const items = prefetch(source.items(100), 3);
  await nextTick();
  expect(source.produced).toBe(0); // nothing is produced before the first request
  for (let count = 1; count <= 5; count++) {
    await items.next();
    await nextTick();
    expect(source.produced).toBe(count + 3);
  }
  await items.return();
});

it.each([0, -1, 1.5])('rejects the depth %s', async (depth) => {
  await expect(prefetch([1], depth).next()).rejects.toThrow(/depth.*at least 1/);
});

// loadStateDict: in place, all or nothing, and an error that lists every difference.

import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { mse, ones, scope, zeros } from '../../src/engine/index.js';
import { SGD, type HostState } from '../../src/nn/index.js';
import { freshBackend, linear, Pair, readAll } from './support.js';

freshBackend();

describe('loadStateDict', () => {
  const good: HostState = {
    'first.weight': { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] },
    'first.bias': { shape: [2], data: [7, 8] },
    'second.weight': { shape: [1, 2], data: [9, 10] },
    'second.bias': { shape: [1], data: [11] },
  };

  it('replaces values in place: the tensors stay the same, also in the optimizer', async () => {
    const model = new Pair(linear(3, 2), linear(2, 1));
    const before = model.parameters();
    const optimizer = new SGD(before, { lr: 1 });
    expect(model.loadStateDict(good)).toEqual({ missing: [], unexpected: [] });
    expect(model.parameters().every((parameter, index) => parameter === before[index])).toBe(true);
    expect(await readAll(model.stateDict())).toEqual({
      'first.weight': [1, 2, 3, 4, 5, 6],
      'first.bias': [7, 8],
      'second.weight': [9, 10],
      'second.bias': [11],
    });

    // The optimizer moves the new numbers: y = 9 * 13 + 10 * 23 + 11 = 358, so d (y - 0)^2 / d bias
    // = 716.
    scope(() => {
      mse(model.forward(ones([1, 3])), zeros([1, 1])).backward();
      optimizer.step();
    });
    expect((await readAll(model.stateDict()))['second.bias']).toEqual([11 - 716]);
    optimizer.dispose();
    model.dispose();
  });

  it('accepts ndarrays, including transposed views', async () => {
    const model = linear(3, 2);
    // [[1, 2, 3], [4, 5, 6]], stored by columns after one unused element.
    const columns = ndarray(Float32Array.of(0, 1, 4, 2, 5, 3, 6), [2, 3], [1, 2], 1);
    model.loadStateDict({ weight: columns, bias: ndarray(Float32Array.of(1, 2)) });
    expect(await readAll(model.stateDict())).toEqual({ weight: [1, 2, 3, 4, 5, 6], bias: [1, 2] });
    model.dispose();
  });

  it('lists all differences in one error and changes nothing', async () => {
    const model = new Pair(linear(3, 2), linear(2, 1));
    const before = await readAll(model.stateDict());
    const wrong: HostState = {
      'first.weight': { shape: [3, 2], data: [1, 2, 3, 4, 5, 6] },
      'first.bias': { shape: [2], data: [7, 8] },
      'second.weight': { shape: [1, 2], data: [9] },
      'second.bais': { shape: [1], data: [11] },
    };
    let message = '';
    try {
      model.loadStateDict(wrong);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('Pair.loadStateDict');
    expect(message).toContain('missing: second.bias');
    expect(message).toContain('unexpected: second.bais');
    expect(message).toContain('shape of first.weight: expected [2,3], got [3,2]');
    expect(message).toContain('shape of second.weight: [1,2] needs 2 values, got 1');
    expect(await readAll(model.stateDict())).toEqual(before);
    model.dispose();
  });

  it('strict: false allows missing and unexpected names, but not wrong shapes', async () => {
    const model = linear(1, 2);
    const report = model.loadStateDict(
      { bias: { shape: [2], data: [5, 6] }, scale: { shape: [1], data: [1] } },
      { strict: false },
    );
    expect(report).toEqual({ missing: ['weight'], unexpected: ['scale'] });
    expect((await readAll(model.stateDict())).bias).toEqual([5, 6]);
    expect(() =>
      model.loadStateDict({ bias: { shape: [1], data: [5] } }, { strict: false }),
    ).toThrow(/shape of bias: expected \[2\], got \[1\]/);
    model.dispose();
  });

  it('ignores inherited properties of the given state', () => {
    const model = linear(1, 1);
    const inherited = Object.create({ weight: { shape: [1, 1], data: [1] } }) as HostState;
    expect(() => model.loadStateDict(inherited)).toThrow(/missing: weight/);
    model.dispose();
  });
});

describe('tied weights', () => {
  it('load from equal arrays, and from one name with strict: false', async () => {
    const shared = linear(1, 1);
    const model = new Pair(shared, shared);
    const weight = { shape: [1, 1], data: [NaN] };
    const bias = { shape: [1], data: [2] };
    model.loadStateDict({
      'first.weight': weight,
      'first.bias': bias,
      'second.weight': { ...weight, data: [NaN] },
      'second.bias': bias,
    });
    expect((await readAll(model.stateDict()))['second.weight']).toEqual([NaN]);
    const report = model.loadStateDict(
      { 'second.bias': { shape: [1], data: [5] } },
      { strict: false },
    );
    expect(report.missing).toEqual(['first.weight', 'first.bias', 'second.weight']);
    expect((await readAll(model.stateDict()))['first.bias']).toEqual([5]);
    model.dispose();
  });

  it('are rejected if the arrays differ, and nothing is changed', async () => {
    const shared = linear(1, 1);
    const model = new Pair(shared, shared);
    const before = await readAll(model.stateDict());
    const state: HostState = {
      'first.weight': { shape: [1, 1], data: [1] },
      'first.bias': { shape: [1], data: [2] },
      'second.weight': { shape: [1, 1], data: [3] },
      'second.bias': { shape: [1], data: [2] },
    };
    expect(() => model.loadStateDict(state)).toThrow(
      /^Pair.loadStateDict: first.weight and second.weight are the same tensor.*differ.*strict: false/,
    );
    expect(await readAll(model.stateDict())).toEqual(before);
    model.dispose();
  });
});

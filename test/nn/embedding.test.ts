// Embedding with a padding index, weights that an output layer shares, and positional encodings.

import { describe, expect, it } from 'vitest';
import {
  add,
  arange,
  ArgumentError,
  ones,
  Rng,
  scope,
  ShapeError,
  sum,
  tensor,
  type Tensor,
  zeros,
} from '../../src/engine/index.js';
import {
  Embedding,
  Linear,
  Module,
  PositionalEncoding,
  SGD,
  sinusoidalEncoding,
} from '../../src/nn/index.js';
import { freshBackend } from './support.js';

const rng = new Rng(3);
freshBackend();

describe('the padding index', () => {
  it('has a row of zeros without a gradient', async () => {
    const layer = new Embedding({ numEmbeddings: 4, embeddingDim: 2, paddingIndex: 1, rng });
    const pending = scope(() => {
      const rows = layer.forward(tensor([1, 3, 1, 0]));
      sum(rows).backward();
      return rows.data();
    });
    const rows = Array.from(await pending);
    expect([...rows.slice(0, 2), ...rows.slice(4, 6)]).toEqual([0, 0, 0, 0]);
    expect(rows.slice(2, 4)).not.toContain(0);
    expect(Array.from(await layer.weight.grad!.data())).toEqual([1, 1, 0, 0, 0, 0, 1, 1]);
    expect(layer.toString()).toBe('Embedding(4, 2, paddingIndex=1)');
    layer.dispose();
  });

  it('outside the table is an error', () => {
    for (const paddingIndex of [-1, 4, 0.5])
      expect(() => new Embedding({ numEmbeddings: 4, embeddingDim: 2, paddingIndex, rng })).toThrow(
        /^Embedding: paddingIndex must be an index below 4, got/,
      );
  });
});

/** A language model without memory; its output layer shares the weight of the embedding. */
class TiedModel extends Module {
  readonly embedding = new Embedding({ numEmbeddings: 3, embeddingDim: 2, rng });
  readonly head = new Linear({
    inFeatures: 2,
    outFeatures: 3,
    bias: false,
    weight: this.embedding.weight,
    rng,
  });

  override forward(x: Tensor): Tensor {
    return this.head.forward(this.embedding.forward(x));
  }
}

describe('tied weights', () => {
  it('are one parameter with the sum of both gradients, and two names in the state', async () => {
    const model = new TiedModel();
    model.embedding.weight.assign([1, 0, 0, 1, 1, 1]);
    expect(model.parameterCount).toBe(6);
    expect(Object.keys(model.stateDict())).toEqual(['embedding.weight', 'head.weight']);
    scope(() => {
      sum(model.forward(tensor([2]))).backward();
    });
    // y = W w_2: each row gets w_2 = (1, 1), and row 2 also the sum of all rows, (2, 2).
    expect(Array.from(await model.head.weight.grad!.data())).toEqual([1, 1, 1, 1, 3, 3]);
    const optimizer = new SGD(model.parameters(), { lr: 1 });
    optimizer.step();
    optimizer.dispose();
    expect(Array.from(await model.embedding.weight.data())).toEqual([0, -1, -1, 0, -2, -2]);
    model.dispose();
  });

  it('draw nothing for the shared weight', () => {
    const shared = new Embedding({ numEmbeddings: 3, embeddingDim: 2, rng });
    const { drawn } = rng.state();
    new Linear({ inFeatures: 2, outFeatures: 3, bias: false, weight: shared.weight, rng });
    expect(rng.state().drawn).toBe(drawn);
    shared.dispose();
  });

  it('must be a parameter of the right shape', () => {
    const shared = new Embedding({ numEmbeddings: 3, embeddingDim: 2, rng });
    const tie = (weight: never): Linear =>
      new Linear({ inFeatures: 3, outFeatures: 2, weight, rng });
    expect(() => tie(shared.weight as never)).toThrow(ShapeError);
    expect(() => tie(shared.weight as never)).toThrow(
      /^Linear: weight must be \[2,3\], got \[3,2\]/,
    );
    expect(() => tie([1] as never)).toThrow(/^Linear: weight must be a Parameter, got \[1\]/);
    shared.dispose();
  });
});

describe('positional encodings', () => {
  it('sinusoidal: a pair of columns has angle position / 10000^(column / size)', async () => {
    const encoding = await scope(() => sinusoidalEncoding(3, 4).data());
    const expected = [0, 1, 2].flatMap((position) =>
      [position, position / 100].flatMap((angle) => [Math.sin(angle), Math.cos(angle)]),
    );
    expect(Array.from(encoding)).toEqual(expected.map(Math.fround));
  });

  it('an odd size ends with a sine', async () => {
    const encoding = await scope(() => sinusoidalEncoding(2, 3).data());
    const last = Math.sin(1 / 10_000 ** (2 / 3));
    expect(Array.from(encoding)).toEqual([
      0,
      1,
      0,
      ...[Math.sin(1), Math.cos(1), last].map(Math.fround),
    ]);
  });

  it('the module adds a row per position, in both orders of axes', async () => {
    for (const batchFirst of [false, true]) {
      const layer = new PositionalEncoding({ embedDim: 2, maxLength: 9, batchFirst });
      const pending = scope(() => layer.forward(zeros(batchFirst ? [2, 3, 2] : [3, 2, 2])).data());
      const rows = [0, 1, 2].map((position) => [Math.sin(position), Math.cos(position)]);
      const expected = batchFirst ? [...rows, ...rows] : rows.flatMap((row) => [row, row]);
      expect(Array.from(await pending)).toEqual(expected.flat().map(Math.fround));
      layer.dispose();
    }
  });

  it('the module has a buffer and no parameters', () => {
    const layer = new PositionalEncoding({ embedDim: 2, maxLength: 9 });
    expect(layer.parameterCount).toBe(0);
    expect(layer.namedBuffers().map(([name, { shape }]) => [name, shape])).toEqual([
      ['encoding', [9, 2]],
    ]);
    layer.dispose();
  });

  it('a learned one is an embedding of the positions', async () => {
    const positions = new Embedding({ numEmbeddings: 8, embeddingDim: 2, rng });
    scope(() => {
      const x = ones([5, 3, 2]); // [batch, length, size]
      sum(add(x, positions.forward(arange(3)))).backward();
    });
    const gradient = Array.from(await positions.weight.grad!.data());
    expect(gradient).toEqual([...Array<number>(6).fill(5), ...Array<number>(10).fill(0)]);
    positions.dispose();
  });

  it('reject a sequence that is too long, and other shapes', () => {
    const layer = new PositionalEncoding({ embedDim: 2, maxLength: 4 });
    for (const shape of [
      [5, 1, 2],
      [4, 1, 3],
      [4, 2],
    ])
      expect(() => scope(() => void layer.forward(zeros(shape)))).toThrow(
        /^PositionalEncoding: x must be \[length, batch, 2\] of length at most 4, got/,
      );
    layer.dispose();
    expect(() => sinusoidalEncoding(-1, 2)).toThrow(ArgumentError);
    expect(() => new PositionalEncoding({ embedDim: 0 })).toThrow(/embedDim must be/);
  });
});

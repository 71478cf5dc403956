// LSTM and GRU: values that can be checked by hand, gradients, dropout, states, and rejected inputs.
// Golden files (test/golden) compare them with PyTorch.

import { describe, expect, it } from 'vitest';
import {
  add,
  anywhere,
  ArgumentError,
  checkGradient,
  concat,
  noGrad,
  ones,
  randn,
  Rng,
  scope,
  ShapeError,
  split,
  squeeze,
  stack,
  sum,
  tensor,
  type Tensor,
  zeros,
} from '../../src/engine/index.js';
import { GRU, GRUCell, LSTM, LSTMCell, type LSTMState, type Module } from '../../src/nn/index.js';
import { freshBackend, read, substituteParameters } from './support.js';

const SEED = 5;
const rng = new Rng(SEED);
freshBackend();

const steps = (x: Tensor): Tensor[] => split(x, 1).map((step) => squeeze(step, 0));

describe('cells', () => {
  it('LSTMCell with zero weights: gates are 1/2, the candidate is 0', async () => {
    const cell = new LSTMCell({ inputSize: 1, hiddenSize: 2, bias: false, rng });
    cell.weight_ih.assign(new Float32Array(8));
    cell.weight_hh.assign(new Float32Array(16));
    const [h, c] = await read(() => cell.forward(ones([1, 1]), [ones([1, 2]), tensor([[2, -4]])]));
    expect(c).toEqual([1, -2]); // c / 2
    expect(h[0]).toBeCloseTo(Math.tanh(1) / 2, 6);
    expect(h[1]).toBeCloseTo(Math.tanh(-2) / 2, 6);
    expect(Object.keys(cell.stateDict())).toEqual(['weight_ih', 'weight_hh']);
    expect(cell.toString()).toBe('LSTMCell(1, 2, bias=false)');
    cell.dispose();
  });

  it('GRUCell with zero weights halves the state', async () => {
    const cell = new GRUCell({ inputSize: 1, hiddenSize: 2, rng });
    for (const parameter of cell.parameters()) parameter.assign(new Float32Array(parameter.size));
    expect(await read(() => [cell.forward(ones([1, 1]), tensor([[2, -4]]))])).toEqual([[1, -2]]);
    cell.dispose();
  });

  it('start with zeros by default', async () => {
    const lstm = new LSTMCell({ inputSize: 2, hiddenSize: 3, rng });
    const gru = new GRUCell({ inputSize: 2, hiddenSize: 3, rng });
    const [h, explicitH, hidden, explicitHidden] = await read(() => {
      const [x, zero] = [ones([4, 2]), zeros([4, 3])];
      const states = [lstm.forward(x), lstm.forward(x, [zero, zero])];
      return [...states.map(([each]) => each), gru.forward(x), gru.forward(x, zero)];
    });
    expect(h).toEqual(explicitH);
    expect(hidden).toEqual(explicitHidden);
    lstm.dispose();
    gru.dispose();
  });

  it('draw all parameters from U(-1 / sqrt(hiddenSize), 1 / sqrt(hiddenSize))', async () => {
    const cell = new GRUCell({ inputSize: 50, hiddenSize: 16, rng: new Rng(SEED) });
    for (const [name, parameter] of cell.namedParameters()) {
      const largest = Math.max(...(await parameter.data()).map(Math.abs));
      expect(largest, `${name}, seed ${SEED}`).toBeLessThanOrEqual(0.25);
      expect(largest, `${name}, seed ${SEED}`).toBeGreaterThan(0.2);
    }
    cell.dispose();
  });
});

describe('layers over a sequence', () => {
  it('equal the cell, applied step by step', async () => {
    const lstm = new LSTM({ inputSize: 2, hiddenSize: 3, rng });
    const gru = new GRU({ inputSize: 2, hiddenSize: 3, rng });
    const [lstmOutput, lstmExpected, gruOutput, gruExpected] = await read(() => {
      const x = randn([5, 4, 2], new Rng(SEED));
      let state: LSTMState | null = null;
      let hidden: Tensor | null = null;
      const [lstmSteps, gruSteps]: [Tensor[], Tensor[]] = [[], []];
      for (const step of steps(x)) {
        lstmSteps.push((state = lstm.cells[0][0].forward(step, state))[0]);
        gruSteps.push((hidden = gru.cells[0][0].forward(step, hidden)));
      }
      return [lstm.forward(x)[0], stack(lstmSteps), gru.forward(x)[0], stack(gruSteps)];
    });
    expect(lstmOutput).toEqual(lstmExpected);
    expect(gruOutput).toEqual(gruExpected);
    lstm.dispose();
    gru.dispose();
  });

  it('continue a sequence from the final state', async () => {
    const gru = new GRU({ inputSize: 2, hiddenSize: 3, numLayers: 2, rng });
    const [whole, final, parts, lastState] = await read(() => {
      const x = randn([7, 2, 2], new Rng(SEED));
      const [output, hidden] = gru.forward(x);
      const [begin, end] = split(x, [3, 4]);
      const [first, state] = gru.forward(begin);
      const [second, last] = gru.forward(end, state.detach());
      return [output, hidden, concat([first, second]), last];
    });
    expect(parts).toEqual(whole);
    expect(lastState).toEqual(final);
    gru.dispose();
  });

  it('accept an empty batch', () => {
    const lstm = new LSTM({ inputSize: 2, hiddenSize: 3, bidirectional: true, rng });
    scope(() => {
      const [output, [h, c]] = lstm.forward(zeros([4, 0, 2]));
      expect([output.shape, h.shape, c.shape]).toEqual([
        [4, 0, 6],
        [2, 0, 3],
        [2, 0, 3],
      ]);
    });
    lstm.dispose();
  });

  it('record no graph in noGrad', () => {
    const lstm = new LSTM({ inputSize: 2, hiddenSize: 3, rng });
    scope(() => {
      const [output, [h, c]] = noGrad(() => lstm.forward(ones([2, 1, 2])));
      expect([output, h, c].map((each) => each.requiresGrad)).toEqual([false, false, false]);
    });
    lstm.dispose();
  });

  it("have PyTorch's names, and print their options", () => {
    const options = { inputSize: 2, hiddenSize: 3, numLayers: 2, batchFirst: true, rng };
    const gru = new GRU({ ...options, bidirectional: true, bias: false });
    expect(gru.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([
      ['weight_ih_l0', [9, 2]],
      ['weight_hh_l0', [9, 3]],
      ['weight_ih_l0_reverse', [9, 2]],
      ['weight_hh_l0_reverse', [9, 3]],
      ['weight_ih_l1', [9, 6]],
      ['weight_hh_l1', [9, 3]],
      ['weight_ih_l1_reverse', [9, 6]],
      ['weight_hh_l1_reverse', [9, 3]],
    ]);
    expect(gru.toString()).toMatch(
      /^GRU\(2, 3, numLayers=2, bias=false, batchFirst=true, bidirectional=true\n/,
    );
    gru.dispose();
  });
});

describe('dropout between layers', () => {
  const forward = (layer: LSTM): Promise<number[][]> =>
    read(() => [layer.forward(ones([3, 2, 2]))[0]]);

  it('is active in training only', async () => {
    const lstm = new LSTM({ inputSize: 2, hiddenSize: 8, numLayers: 2, dropout: 0.5, rng });
    const first = await forward(lstm);
    expect(await forward(lstm), `seed ${SEED}`).not.toEqual(first); // another mask
    lstm.eval();
    const evaluated = await forward(lstm);
    expect(await forward(lstm)).toEqual(evaluated);
    lstm.dispose();
  });

  it('with one layer has no effect, and draws nothing', async () => {
    const lstm = new LSTM({ inputSize: 2, hiddenSize: 8, dropout: 0.5, rng });
    const { drawn } = lstm.dropout.rng.state();
    expect(await forward(lstm)).toEqual(await forward(lstm));
    expect(lstm.dropout.rng.state().drawn).toBe(drawn);
    lstm.dispose();
  });
});

describe('gradients of inputs, states and parameters', () => {
  /** Parameters of modules as inputs of a gradient check. */
  const shapesOf = (module: Module): ReturnType<typeof anywhere>[] => {
    const inputs = module.parameters().map(({ shape }) => anywhere(...shape));
    module.dispose();
    return inputs;
  };
  const options = { inputSize: 2, hiddenSize: 2, numLayers: 2, bidirectional: true };

  it('LSTM', async () => {
    const make = (): LSTM => new LSTM({ ...options, rng: new Rng(1) });
    const inputs = [anywhere(3, 1, 2), anywhere(4, 1, 2), anywhere(4, 1, 2), ...shapesOf(make())];
    const { compared } = await checkGradient(
      ([x, h, c, ...parameters]) => {
        const lstm = make();
        substituteParameters(lstm.cells.flat(), parameters);
        const [output, [lastH, lastC]] = lstm.forward(x, [h, c]);
        return concat([output, ...[lastH, lastC].map(bothDirections)]);
      },
      inputs,
      { name: 'LSTM' },
    );
    expect(compared).toBe(6 + 8 + 8 + 2 * (16 + 16 + 16) + 2 * (32 + 16 + 16));
  });

  it('GRU', async () => {
    const make = (): GRU => new GRU({ ...options, rng: new Rng(1) });
    const inputs = [anywhere(3, 1, 2), anywhere(4, 1, 2), ...shapesOf(make())];
    const { compared } = await checkGradient(
      ([x, h, ...parameters]) => {
        const gru = make();
        substituteParameters(gru.cells.flat(), parameters);
        const [output, last] = gru.forward(x, h);
        return concat([output, bothDirections(last)]);
      },
      inputs,
      { name: 'GRU' },
    );
    expect(compared).toBe(6 + 8 + 2 * (12 + 12 + 12) + 2 * (24 + 12 + 12));
  });

  /** [layers * directions, N, H] -> [layers, N, directions * H], the shape of outputs. */
  function bothDirections(state: Tensor): Tensor {
    const [a, b, c, d] = split(state, 1);
    return concat([concat([a, b], 2), concat([c, d], 2)]);
  }

  it('reach all steps: the gradient of the first input through the last output', async () => {
    const gru = new GRU({ inputSize: 1, hiddenSize: 1, rng: new Rng(SEED) });
    const x = ones([9, 1, 1], { requiresGrad: true });
    scope(() => sum(add(gru.forward(x)[1], 0)).backward());
    const gradient = await x.grad!.data();
    expect(gradient.every((value) => value !== 0)).toBe(true);
    x.dispose();
    gru.dispose();
  });
});

describe('rejected', () => {
  const lstm = (): LSTM => new LSTM({ inputSize: 2, hiddenSize: 3, rng });

  it.each<[string, () => Module, RegExp]>([
    [
      'a hidden size of 0',
      () => new LSTM({ inputSize: 1, hiddenSize: 0, rng }),
      /^LSTM: hiddenSize must be a whole number of at least 1, got 0/,
    ],
    [
      'no layers',
      () => new GRU({ inputSize: 1, hiddenSize: 1, numLayers: 0, rng }),
      /^GRU: numLayers must be/,
    ],
    [
      'an input size of a cell',
      () => new GRUCell({ inputSize: 1.5, hiddenSize: 1, rng }),
      /^GRUCell: inputSize must be/,
    ],
    [
      'a dropout of 1',
      () => new GRU({ inputSize: 1, hiddenSize: 1, dropout: 1, rng }),
      /probability must be at least 0 and below 1, got 1/,
    ],
    [
      'an option of PyTorch that does not exist here',
      () => new LSTM({ inputSize: 1, hiddenSize: 1, rng, proj_size: 2 } as never),
      /^LSTM: unknown option proj_size; the options are inputSize, hiddenSize, bias, numLayers/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });

  it.each<[string, (layer: LSTM) => unknown, RegExp]>([
    [
      'another input size',
      (layer) => layer.forward(zeros([5, 1, 4])),
      /^LSTM: x must be \[steps, batch, 2\] \(batchFirst: false\), got \[5,1,4\]/,
    ],
    [
      'an input without a batch axis',
      (layer) => layer.forward(zeros([5, 2])),
      /^LSTM: x must be \[steps, batch, 2\]/,
    ],
    [
      'an empty sequence',
      (layer) => layer.forward(zeros([0, 1, 2])),
      /^LSTM: needs at least one step, got x \[0,1,2\]/,
    ],
    [
      'a state of another shape',
      (layer) => layer.forward(zeros([5, 1, 2]), [zeros([1, 1, 3]), zeros([1, 3])]),
      /^LSTM: the state must be \[1,1,3\], got \[1,3\]/,
    ],
    [
      'a state of another shape, of a cell',
      (layer) => layer.cells[0][0].forward(zeros([1, 2]), [zeros([2, 3]), zeros([2, 3])]),
      /^LSTMCell: the state must be \[1,3\], got \[2,3\]/,
    ],
  ])('%s', (_, call, message) => {
    const layer = lstm();
    expect(() => scope(() => void call(layer))).toThrow(ShapeError);
    expect(() => scope(() => void call(layer))).toThrow(message);
    layer.dispose();
  });

  it('a state of one tensor', () => {
    const layer = lstm();
    const call = (): unknown => layer.forward(zeros([5, 1, 2]), zeros([1, 1, 3]) as never);
    expect(() => scope(() => void call())).toThrow(
      /^LSTM: the state must be a list of 2 tensors, \[hidden, cell\]/,
    );
    layer.dispose();
  });
});

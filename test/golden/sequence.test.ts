// Layers for sequences against PyTorch, on every backend: state dict, outputs, and the gradients of
// all inputs and parameters.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  add,
  type Backend,
  mul,
  Rng,
  scope,
  sum,
  tanh,
  type Tensor,
  tensor,
  withBackend,
} from '../../src/engine/index.js';
import {
  Embedding,
  GRU,
  GRUCell,
  Linear,
  LSTM,
  LSTMCell,
  Module,
  MultiheadAttention,
  sinusoidalEncoding,
  TransformerEncoderLayer,
} from '../../src/nn/index.js';
import { backendsUnderTest, oracle } from '../support/backends.js';
import { expectClose } from '../support/parity.js';
import { type Fields, type GoldenCase, loadGolden } from './fixtures.js';

/**
 * Relative tolerance, as in ops.test.ts. In float64 the only error is the rounding of the stored
 * result.
 */
const toleranceOf = (backend: Backend): number => (backend.dtype === 'float64' ? 1e-7 : 5e-6);

type Tensors = Readonly<Record<string, Tensor>>;

/** A module, and a function from the inputs of a case to its outputs. */
interface Subject {
  readonly module: Module;
  readonly run: (inputs: Tensors) => Tensors;
}

const subject = <M extends Module>(
  module: M,
  run: (module: M, inputs: Tensors) => Tensors,
): Subject => ({ module, run: (inputs) => run(module, inputs) });

const rng = new Rng(1);

/** An optional input: null if the case does not have it. */
const optional = (inputs: Tensors, name: string): Tensor | null =>
  Object.hasOwn(inputs, name) ? inputs[name] : null;

const cellOptions = (
  options: Fields,
): { inputSize: number; hiddenSize: number; bias: boolean; rng: Rng } => ({
  inputSize: options.number('input_size'),
  hiddenSize: options.number('hidden_size'),
  bias: options.flag('bias'),
  rng,
});

const recurrentOptions = (options: Fields): ConstructorParameters<typeof LSTM>[0] => ({
  ...cellOptions(options),
  numLayers: options.number('num_layers'),
  batchFirst: options.flag('batch_first'),
  bidirectional: options.flag('bidirectional'),
});

/** A language model without memory, with tied weights. */
class TiedModel extends Module {
  readonly embedding = new Embedding({ numEmbeddings: 5, embeddingDim: 3, rng });
  readonly head = new Linear({
    inFeatures: 3,
    outFeatures: 5,
    weight: this.embedding.weight,
    rng,
  });

  override forward(indices: Tensor): Tensor {
    return this.head.forward(tanh(this.embedding.forward(indices)));
  }
}

/** The subjects by the `kind` of a case. */
const SUBJECTS: Readonly<Record<string, (options: Fields) => Subject>> = {
  lstm: (options) =>
    subject(new LSTM(recurrentOptions(options)), (lstm, inputs) => {
      const [h0, c0] = [optional(inputs, 'h_0'), optional(inputs, 'c_0')];
      const state = h0 === null || c0 === null ? null : ([h0, c0] as const);
      const [y, [h, c]] = lstm.forward(inputs.x, state);
      return { y, h_n: h, c_n: c };
    }),
  gru: (options) =>
    subject(new GRU(recurrentOptions(options)), (gru, inputs) => {
      const [y, h] = gru.forward(inputs.x, optional(inputs, 'h_0'));
      return { y, h_n: h };
    }),
  lstm_cell: (options) =>
    subject(new LSTMCell(cellOptions(options)), (cell, inputs) => {
      const [h, c] = cell.forward(inputs.x, [inputs.h_0, inputs.c_0]);
      return { h_n: h, c_n: c };
    }),
  gru_cell: (options) =>
    subject(new GRUCell(cellOptions(options)), (cell, inputs) => ({
      h_n: cell.forward(inputs.x, inputs.h_0),
    })),
  attention: (options) => {
    const attention = new MultiheadAttention({
      embedDim: options.number('embed_dim'),
      numHeads: options.number('num_heads'),
      bias: options.flag('bias'),
      batchFirst: options.flag('batch_first'),
      rng,
    });
    return subject(attention, (module, inputs) => {
      const { query, key, value } = inputs;
      const [y, weights] = module.attend(query, key, value, {
        mask: optional(inputs, 'mask'),
        bias: optional(inputs, 'bias'),
        keyPaddingMask: optional(inputs, 'padding_mask'),
      });
      return { y, weights };
    });
  },
  transformer: (options) => {
    const layer = new TransformerEncoderLayer({
      dModel: options.number('d_model'),
      numHeads: options.number('nhead'),
      dimFeedforward: options.number('dim_feedforward'),
      activation: options.text('activation') as 'relu' | 'gelu',
      epsilon: options.number('layer_norm_eps'),
      batchFirst: options.flag('batch_first'),
      normFirst: options.flag('norm_first'),
      causal: options.flag('causal'),
      dropout: 0,
      rng,
    });
    return subject(layer, (module, inputs) => ({
      y: module.forward(inputs.x, { keyPaddingMask: optional(inputs, 'padding_mask') }),
    }));
  },
  embedding_padding: () =>
    subject(
      new Embedding({ numEmbeddings: 5, embeddingDim: 3, paddingIndex: 4, rng }),
      (embedding, { indices }) => ({ y: embedding.forward(indices) }),
    ),
  tied: () => subject(new TiedModel(), (model, { indices }) => ({ y: model.forward(indices) })),
};

/** Whether a tensor of a case is an input: it has no prefix and is not an output. */
const isInput = (golden: GoldenCase, name: string): boolean =>
  !/^(state\/|grad[/_]|r_)/.test(name) && !golden.hasTensor(`r_${name}`);

const cases = loadGolden('sequence').cases;

describe.each([oracle, ...backendsUnderTest])('PyTorch and $name agree on', ({ make }) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await make();
  });
  afterAll(() => backend.dispose());

  const modules = cases.filter((golden) => golden.options.text('kind') !== 'positions');
  it.each(modules.map((golden) => [golden.name, golden] as const))('%s', async (_, golden) => {
    const upload = (name: string, requiresGrad = false): Tensor => {
      const { data, shape } = golden.tensor(name);
      return tensor(data, { shape, requiresGrad });
    };
    const pending = withBackend(backend, () =>
      scope(() => {
        const { module, run } = SUBJECTS[golden.options.text('kind')](golden.options);
        const keys = golden.tensorNames.filter((name) => name.startsWith('state/'));
        const names = keys.map((key) => key.slice('state/'.length));
        expect(Object.keys(module.stateDict())).toEqual(names);
        const state = keys.map((key, i) => [names[i], golden.tensor(key)] as const);
        module.loadStateDict(Object.fromEntries(state));

        const inputNames = golden.tensorNames.filter((name) => isInput(golden, name));
        const inputs = Object.fromEntries(
          inputNames.map((name) => [name, upload(name, golden.hasTensor(`grad_${name}`))]),
        );
        const outputs = Object.entries(run(inputs));
        const losses = outputs.map(([name, y]) => sum(mul(y, upload(`r_${name}`))));
        losses.reduce(add).backward();

        const results = outputs.map(([name, y]): readonly [string, Tensor] => [name, y]);
        for (const [name, parameter] of module.namedParameters())
          results.push([`grad/${name}`, parameter.grad!]);
        for (const name of inputNames)
          if (inputs[name].grad !== null) results.push([`grad_${name}`, inputs[name].grad]);
        const values = results.map(
          ([name, result]) => [name, result.shape, result.data()] as const,
        );
        for (const each of Object.values(inputs)) each.zeroGrad();
        module.dispose();
        return values;
      }),
    );
    const compared: string[] = [];
    for (const [name, shape, data] of pending) {
      const expected = golden.tensor(name);
      expect(shape).toEqual(expected.shape);
      expectClose(await data, expected.data, `${golden.name}, ${name}`, toleranceOf(backend));
      compared.push(name);
    }
    const results = golden.tensorNames.filter(
      (name) => /^grad[/_]/.test(name) || golden.hasTensor(`r_${name}`),
    );
    expect(compared.sort()).toEqual(results.sort());
    expect(backend.memory.live).toBe(0);
  });

  it('sinusoidal positions', async () => {
    const golden = loadGolden('sequence').case('positions');
    const [length, size] = [golden.options.number('length'), golden.options.number('size')];
    const encoding = withBackend(backend, () =>
      scope(() => sinusoidalEncoding(length, size).data()),
    );
    // Computed in float64 and rounded to float32 on both sides.
    expectClose(await encoding, golden.tensor('y').data, 'positions', 6e-8);
  });
});

// Networks exported with toOnnx, run by ONNX Runtime, against inkgrad's forward pass.

import { describe, expect, it } from 'vitest';
import { ModelProto } from '../../../src/app/formats/onnxSchema.js';
import { toOnnx } from '../../../src/app/library/export.js';
import {
  BatchNorm1d,
  Conv2d,
  Embedding,
  LayerNorm,
  Linear,
  ReLU,
  Rng,
  Sequential,
} from '../../../src/index.js';
import { freshBackend } from '../../nn/support.js';
import { runOnnx } from '../../support/onnxruntime.js';
import { CASES, createInput, createNetwork, outputOf, relativeDifference } from './networks.js';

freshBackend();

describe('gives the same outputs in ONNX Runtime, for one and several examples:', () => {
  it.each(CASES)('$title', async (one) => {
    const network = createNetwork(one);
    const bytes = await toOnnx(network, { inputShape: one.inputShape });
    const inputs = [1, 3].map((examples) => createInput(one, examples));
    const outputs = await runOnnx(bytes, inputs);
    for (const [i, input] of inputs.entries()) {
      const { shape, data } = await outputOf(network, input);
      expect(outputs[i].shape).toEqual(shape);
      expect(relativeDifference(data, outputs[i].data)).toBeLessThan(1e-5);
      // The output is not constant, so the comparison can fail.
      expect(Math.max(...Array.from(data)) - Math.min(...Array.from(data))).toBeGreaterThan(1e-2);
    }
    network.dispose();
  });
});

interface DecodedModel {
  readonly opset_import: readonly { version: number }[];
  readonly metadata_props: readonly { key: string; value: string }[];
  readonly graph: {
    readonly node: readonly { name: string; op_type: string }[];
    readonly initializer: readonly { name: string; dims: readonly number[] }[];
    readonly input: readonly object[];
    readonly output: readonly object[];
  };
}
const decode = (bytes: Uint8Array): DecodedModel =>
  ModelProto.toObject(ModelProto.decode(bytes), { longs: Number }) as unknown as DecodedModel;

describe('the file', () => {
  const rng = new Rng(1);

  it('has the given names and metadata, and names its nodes by the layers', async () => {
    const model = new Sequential(
      new Linear({ inFeatures: 4, outFeatures: 3, rng }),
      new Sequential(new ReLU(), new LayerNorm({ normalizedShape: 3 })),
    );
    const names = { inputName: 'features', outputName: 'scores', metadata: { classes: 'a,b,c' } };
    const {
      graph,
      metadata_props: metadata,
      opset_import: opset,
    } = decode(await toOnnx(model, { inputShape: [4], ...names }));
    expect(graph.node).toMatchObject([
      { name: '0', op_type: 'Gemm' },
      { name: '1.0', op_type: 'Relu' },
      { name: '1.1', op_type: 'LayerNormalization' },
    ]);
    expect(graph.input).toMatchObject([{ name: 'features' }]);
    expect(graph.output).toMatchObject([{ name: 'scores' }]);
    expect(metadata).toEqual([{ key: 'classes', value: 'a,b,c' }]);
    expect(opset).toMatchObject([{ version: 17 }]);
    model.dispose();
  });

  it('uses operator set 13 where that suffices, and int64 for indices', async () => {
    const model = new Embedding({ numEmbeddings: 4, embeddingDim: 2, rng });
    const { graph, opset_import: opset } = decode(await toOnnx(model, { inputShape: [3] }));
    expect(opset).toMatchObject([{ version: 13 }]);
    const dim = [{ dim_param: 'N' }, { dim_value: 3 }];
    expect(graph.input).toMatchObject([
      { type: { tensor_type: { elem_type: 7, shape: { dim } } } },
    ]);
    model.dispose();
  });
});

it('stores tied weights once', async () => {
  const rng = new Rng(1);
  const embedding = new Embedding({ numEmbeddings: 6, embeddingDim: 3, rng });
  const options = { inFeatures: 3, outFeatures: 6, bias: false, weight: embedding.weight, rng };
  const model = new Sequential(embedding, new Linear(options));
  const { graph } = decode(await toOnnx(model, { inputShape: [4] }));
  expect(graph.initializer).toMatchObject([{ name: '0.weight', dims: [6, 3] }]);
  model.dispose();
});

it('leaves modes and running statistics of the network unchanged', async () => {
  const rng = new Rng(1);
  const norm = new BatchNorm1d({ numFeatures: 3 });
  const model = new Sequential(new Linear({ inFeatures: 4, outFeatures: 3, rng }), norm.eval());
  await toOnnx(model, { inputShape: [4] });
  expect(model.layers.map(({ training }) => training)).toEqual([true, false]);
  expect(model.training).toBe(true);
  model.train();
  await toOnnx(model, { inputShape: [4] });
  expect(norm.training).toBe(true);
  expect(norm.num_batches_tracked!.count).toBe(0);
  expect([...(await norm.running_var!.data())]).toEqual([1, 1, 1]);
  model.dispose();
});

it('rejects an input shape that is not one or that a layer does not accept, and equal names', async () => {
  const rng = new Rng(1);
  const conv = new Conv2d({ inChannels: 1, outChannels: 2, kernelSize: 3, rng });
  for (const inputShape of [28 as never, [1, 0, 8], [1, -1, 8], [1.5]])
    await expect(toOnnx(conv, { inputShape })).rejects.toThrow(/inputShape must be the shape/);
  await expect(toOnnx(conv, { inputShape: [3, 8, 8] })).rejects.toThrow(/3 channels/);
  for (const names of [{ outputName: 'x' }, { inputName: 'weight' }])
    await expect(toOnnx(conv, { inputShape: [1, 8, 8], ...names })).rejects.toThrow(/must differ/);
  await expect(toOnnx(conv, { inputShape: [1, 8, 8], opset: 11 } as never)).rejects.toThrow(
    /unknown option opset/,
  );
  conv.dispose();
});

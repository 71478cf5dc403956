// The exported ONNX file, run by ONNX Runtime, against inkgrad's forward pass.

import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { classify } from '../../src/app/evaluation/classify.js';
import { interpret } from '../../src/app/evaluation/interpret.js';
import { exportModel } from '../../src/app/model/exportModel.js';
import { loadModel } from '../../src/app/model/modelFile.js';
import { SHIPPED_MODEL } from '../../src/app/model/shippedModel.js';
import { imageOf } from '../../src/app/web/pad/drawing.js';
import { ModelProto } from '../../src/app/formats/onnxSchema.js';
import type { Architecture } from '../../src/app/model/architecture.js';
import type { Convolutions } from '../../src/app/model/characterNet.js';
import { onWasm } from '../app/support.js';
import { openOnnx } from '../support/onnxruntime.js';
import { largestDifference, logitsOf, randomNetwork, randomImages, UNUSUAL } from './models.js';

const classes = Array.from('ABCDEFGHIJKL');

function metadataOf(bytes: Uint8Array): Record<string, string> {
  const { metadata_props: properties } = ModelProto.toObject(ModelProto.decode(bytes)) as {
    metadata_props: { key: string; value: string }[];
  };
  return Object.fromEntries(properties.map(({ key, value }) => [key, value]));
}

it.each([[[1, 1, 1]], [[1, 2, 3]], [UNUSUAL]] as [Convolutions | Architecture][])(
  'gives the same logits in ONNX Runtime, for one and several images, with %j',
  (convolutions) =>
    onWasm(async () => {
      const model = randomNetwork(classes.length, 5, convolutions);
      const session = await openOnnx(await exportModel({ model, classes, data: 'noise' }, 'onnx'));
      for (const count of [1, 7]) {
        const images = randomImages(count);
        const [logits, onnxLogits] = [await logitsOf(model, images), await session.run(images)];
        expect(onnxLogits.length).toBe(count * classes.length);
        expect(largestDifference(logits, onnxLogits)).toBeLessThan(1e-4);
        // The logits of another network differ, so the comparison can fail.
        const other = randomNetwork(classes.length, 6, convolutions);
        expect(largestDifference(await logitsOf(other, images), onnxLogits)).toBeGreaterThan(1e-2);
        other.dispose();
      }
      await session.release();
      model.dispose();
    })(),
);

it(
  'describes its input, its output, the normalization and the class names',
  onWasm(async () => {
    const model = randomNetwork(classes.length);
    const bytes = await exportModel({ model, classes, data: 'noise' }, 'onnx');
    const file = ModelProto.toObject(ModelProto.decode(bytes), { longs: Number }) as {
      doc_string: string;
      graph: { node: { op_type: string }[]; input: object[]; output: object[] };
    };
    expect(file.doc_string).toContain('(pixel / 255 - 0.5) / 0.5');
    const metadata = metadataOf(bytes);
    expect(JSON.parse(metadata.classes)).toEqual(classes);
    expect(metadata).not.toHaveProperty('minEvidence');
    expect(metadata.normalization).toContain('(pixel / 255 - 0.5) / 0.5');
    const block = ['Conv', 'BatchNormalization', 'Relu', 'MaxPool'];
    const names = file.graph.node.map(({ op_type }) => op_type);
    expect(names).toEqual([...block, ...block, ...block, 'Flatten', 'Gemm', 'Relu', 'Gemm']);
    const dims = (...sizes: number[]): object[] => [
      { dim_param: 'N' },
      ...sizes.map((dim_value) => ({ dim_value })),
    ];
    expect(file.graph.input).toMatchObject([
      { name: 'x', type: { tensor_type: { shape: { dim: dims(1, 28, 28) } } } },
    ]);
    expect(file.graph.output).toMatchObject([
      { name: 'logits', type: { tensor_type: { shape: { dim: dims(12) } } } },
    ]);
    model.dispose();
  }),
);

it(
  'stores how to convert logits to probabilities, and when to reject an image',
  onWasm(async () => {
    const model = await loadModel(fileURLToPath(SHIPPED_MODEL));
    const bytes = await exportModel({ ...model, data: 'EMNIST' }, 'onnx');
    const { temperature, minEvidence, probabilities, rejection } = metadataOf(bytes);
    expect(Number(temperature)).toBe(model.temperature);
    expect(Number(minEvidence)).toBe(model.rejection!.minEvidence);
    expect(probabilities).toBe('softmax(logits / temperature)');
    expect(rejection).toContain('max(logits) - mean(logits) < minEvidence');

    // The stored numbers and formulas give the results of `interpret`.
    const bar = imageOf([[0.5, 0.1, 0.5, 0.9]]);
    const zigzag = imageOf([
      Array.from({ length: 11 }, (_, i) => [0.1 + 0.8 * (i % 2), 0.1 + 0.08 * i]).flat(),
    ]);
    const session = await openOnnx(bytes);
    for (const [image, expected] of [
      [bar, false],
      [zigzag, true],
    ] as const) {
      const logits = await session.run(Float32Array.from(image, (v) => (v / 255 - 0.5) / 0.5));
      const mean = logits.reduce((sum, logit) => sum + logit, 0) / logits.length;
      expect(Math.max(...logits) - mean < Number(minEvidence)).toBe(expected);
      const exponentials = logits.map((logit) => Math.exp(logit / Number(temperature)));
      const sum = exponentials.reduce((a, b) => a + b, 0);
      const own = await classify(model.model, image, model.temperature);
      expect(interpret(own, model.classes, 1, model.rejection).rejected).toBe(expected);
      const softmax = exponentials.map((e) => e / sum);
      expect(largestDifference(softmax, own)).toBeLessThan(1e-4);
    }
    await session.release();
    model.model.dispose();
  }),
);

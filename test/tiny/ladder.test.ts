// The ladder: run this file first. Nine tests that build on each other, from the sum of two tensors
// to a network that classifies letters. The first six can be checked with pencil and paper.
//
// npx vitest run test/tiny

import { expect, it } from 'vitest';
import {
  add,
  argmax,
  type Backend,
  conv2d,
  crossEntropy,
  matmul,
  maxPool2d,
  mean,
  mul,
  noGrad,
  pow,
  relu,
  Rng,
  scope,
  sub,
  sum,
  tensor,
  type Tensor,
} from '../../src/engine/index.js';
import * as nn from '../../src/nn/index.js';
import { Normalizer } from '../../src/data/loading/transform.js';
import { syntheticDataset } from '../../src/data/strokes/synthetic.js';
import { onReference, wasm, withFreshBackend } from '../support/backends.js';

// A tensor is a flat array of numbers and a shape. Reading it returns a promise, because a GPU
// computes asynchronously.
it(
  'rung 1: add',
  onReference(async () => {
    const a = tensor([1, 2, 3, 4], { shape: [2, 2] });
    const b = tensor([10, 20]); // one row, added to every row of a: broadcasting
    const c = add(a, b);
    expect(c.shape).toEqual([2, 2]);
    expect([...(await c.data())]).toEqual([11, 22, 13, 24]);
    for (const each of [a, b, c]) each.dispose(); // memory is freed explicitly ...
  }),
);

// A matrix product: row times column, multiplied and summed. Most of the computation of a network
// is of this kind.
it(
  'rung 2: matmul',
  onReference(async () => {
    // ... or by a scope, which frees everything created inside except its result.
    const c = scope(() => {
      const a = tensor([1, 2, 3, 4], { shape: [2, 2] });
      const b = tensor([5, 6, 7, 8], { shape: [2, 2] });
      return matmul(a, b);
    });
    expect([...(await c.data())]).toEqual([
      1 * 5 + 2 * 7,
      1 * 6 + 2 * 8,
      3 * 5 + 4 * 7,
      3 * 6 + 4 * 8,
    ]);
    c.dispose();
  }),
);

// The gradient is the derivative of the result by each input, computed with the chain rule from the
// result backward.
it(
  'rung 3: backward',
  onReference(async () => {
    const w = tensor(3, { requiresGrad: true });
    const b = tensor(1, { requiresGrad: true });
    scope(() => {
      const prediction = add(mul(w, 2), b); // w x + b = 3 * 2 + 1 = 7
      const loss = pow(sub(prediction, 5), 2); // (7 - 5)^2 = 4
      loss.backward();
    });
    // d loss / d prediction = 2 (7 - 5), and d prediction / d b = 1
    expect(await b.grad!.item()).toBe(4);
    expect(await w.grad!.item()).toBe(8); // the same, times d prediction / d w = x = 2
    w.dispose();
    b.dispose();
  }),
);

// Gradient descent: repeated small steps against the gradient of the loss.
it(
  'rung 4: fit a line by gradient descent',
  onReference(async () => {
    const x = tensor([-1, 0, 1, 2]);
    const y = tensor([-4, -1, 2, 5]); // the line to be found: y = 3 x - 1
    let [slope, intercept] = [0, 0];
    for (let step = 0; step < 100; step++) {
      const a = tensor(slope, { requiresGrad: true });
      const b = tensor(intercept, { requiresGrad: true });
      scope(() => {
        const errors = sub(add(mul(x, a), b), y);
        mean(mul(errors, errors)).backward();
      });
      slope -= 0.2 * (await a.grad!.item());
      intercept -= 0.2 * (await b.grad!.item());
      a.dispose();
      b.dispose();
    }
    expect(slope).toBeCloseTo(3, 4);
    expect(intercept).toBeCloseTo(-1, 4);
    x.dispose();
    y.dispose();
  }),
);

// A convolution applies one small filter at every position of the image.
it(
  'rung 5: a convolution by hand',
  onReference(async () => {
    // One image, one channel.
    const image = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], { shape: [1, 1, 3, 3] });
    // The difference of a pixel and its lower right neighbor.
    const filter = tensor([1, 0, 0, -1], { shape: [1, 1, 2, 2], requiresGrad: true });
    const outputs = scope(() => {
      const y = conv2d(image, filter); // the filter fits at 2 x 2 positions
      sum(y).backward();
      return y.data();
    });
    expect([...(await outputs)]).toEqual([1 - 5, 2 - 6, 4 - 8, 5 - 9]);
    // Each weight of the filter was multiplied by four pixels; their sum is its gradient.
    const expected = [1 + 2 + 4 + 5, 2 + 3 + 5 + 6, 4 + 5 + 7 + 8, 5 + 6 + 8 + 9];
    expect([...(await filter.grad!.data())]).toEqual(expected);
    image.dispose();
    filter.dispose();
  }),
);

// Max-pooling keeps the maximum of each window. The gradient goes only to the pixel that was the
// maximum.
it(
  'rung 6: max-pooling by hand',
  onReference(async () => {
    const image = tensor([1, 3, 2, 0], { shape: [1, 1, 2, 2], requiresGrad: true });
    const maximum = scope(() => {
      const y = maxPool2d(relu(image), { window: 2 });
      y.backward(tensor(10, { shape: [1, 1, 1, 1] })); // as if d loss / d y were 10
      return y.item();
    });
    expect(await maximum).toBe(3);
    expect([...(await image.grad!.data())]).toEqual([0, 10, 0, 0]);
    image.dispose();
  }),
);

/**
 * Trains on the same few examples repeatedly. Returns the number of correct predictions at the end.
 */
async function overfit(model: nn.Layer, x: Tensor, labels: Tensor, steps: number): Promise<number> {
  const optimizer = new nn.Adam(model.parameters(), { lr: 0.01 });
  for (let step = 0; step < steps; step++) {
    scope(() => {
      crossEntropy(model.forward(x), labels).backward();
      optimizer.step(); // every parameter takes a step against its gradient
      optimizer.zeroGrad();
    });
  }
  optimizer.dispose();
  model.eval();
  const [predictions, targets] = await Promise.all([
    scope(() => noGrad(() => argmax(model.forward(x))).data()),
    labels.data(),
  ]);
  return predictions.filter((prediction, i) => prediction === targets[i]).length;
}

// XOR is not linearly separable: it needs a hidden layer with a nonlinearity.
it(
  'rung 7: exclusive or',
  onReference(async () => {
    const rng = new Rng(1);
    const model = new nn.Sequential(
      new nn.Linear({ inFeatures: 2, outFeatures: 8, rng }),
      new nn.Tanh(),
      new nn.Linear({ inFeatures: 8, outFeatures: 2, rng }),
    );
    const x = tensor([0, 0, 0, 1, 1, 0, 1, 1], { shape: [4, 2] });
    const labels = tensor([0, 1, 1, 0]);
    expect(await overfit(model, x, labels, 200)).toBe(4);
    for (const each of [model, x, labels]) each.dispose();
  }),
);

// A model's knowledge is its parameters: loaded into another model of the same architecture, they
// give the same output.
it(
  'rung 8: save and load',
  onReference(async () => {
    const build = (seed: number): nn.Layer =>
      new nn.Linear({ inFeatures: 3, outFeatures: 2, rng: new Rng(seed) });
    const [model, other] = [build(1), build(2)];
    const predict = async (network: nn.Layer): Promise<number[]> => [
      ...(await scope(() => noGrad(() => network.forward(tensor([[1, 2, 3]]))).data())),
    ];
    expect(await predict(other)).not.toEqual(await predict(model));
    const bytes = await nn.saveState({ model }); // a safetensors file
    nn.loadState(bytes, { model: other });
    expect(await predict(other)).toEqual(await predict(model));
    model.dispose();
    other.dispose();
  }),
);

// Overfitting 32 letters, A to Z and six lower-case ones, one synthetic drawing each. A network
// that cannot do this has a bug. The real network (src/app/model/characterNet.ts) has the same
// structure with one more block.
it('rung 9: overfit 32 letters to 100 %', () =>
  withFreshBackend(wasm(1).make, async (backend: Backend) => {
    const { images, labels } = drawLetters();
    const rng = new Rng(3);
    const model = new nn.Sequential(
      // [32, 1, 28, 28]
      new nn.Conv2d({ inChannels: 1, outChannels: 8, kernelSize: 3, padding: 1, rng }),
      new nn.BatchNorm2d({ numFeatures: 8 }),
      new nn.ReLU(),
      new nn.MaxPool2d({ kernelSize: 2 }), // [32, 8, 14, 14]
      new nn.Conv2d({ inChannels: 8, outChannels: 16, kernelSize: 3, padding: 1, rng }),
      new nn.BatchNorm2d({ numFeatures: 16 }),
      new nn.ReLU(),
      new nn.MaxPool2d({ kernelSize: 2 }), // [32, 16, 7, 7]
      new nn.Flatten(),
      new nn.Linear({ inFeatures: 16 * 7 * 7, outFeatures: 47, rng }), // one logit per class
    );
    expect(backend.name).toBe('wasm'); // the same code as above, on SIMD
    expect(await overfit(model, images, labels, 60)).toBe(32);
    for (const each of [model, images, labels]) each.dispose();
  }));

/** One image of each of the classes 10 to 41, pixels from -1 to 1. */
function drawLetters(): { images: Tensor; labels: Tensor } {
  const [first, end, pixels] = [10, 42, 28 * 28];
  const dataset = syntheticDataset({ seed: 7, count: end });
  const values = new Float32Array((end - first) * pixels);
  new Normalizer().apply(dataset.images.subarray(first * pixels), values);
  return {
    images: tensor(values, { shape: [end - first, 1, 28, 28] }),
    labels: tensor([...dataset.labels.slice(first, end)]),
  };
}

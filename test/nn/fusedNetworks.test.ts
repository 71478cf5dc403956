// Fused and unfused networks agree: outputs, gradients and running statistics in training,
// evaluation and inference.

import { describe, expect, it } from 'vitest';
import {
  add,
  type FloatArray,
  mul,
  noGrad,
  Rng,
  scope,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '../../src/engine/index.js';
import {
  BatchNorm2d,
  Conv2d,
  MaxPool2d,
  type ModuleBuffer,
  type Parameter,
  ReLU,
  Sequential,
  setFused,
} from '../../src/nn/index.js';
import {
  type BackendUnderTest,
  oracle,
  reference32,
  wasm,
  withFreshBackend,
} from '../support/backends.js';
import { readAll } from './support.js';
import { rounds } from '../support/rounds.js';

const SEED = 20261123;

const norm = (numFeatures: number): BatchNorm2d => new BatchNorm2d({ numFeatures });
const maxPool = (): MaxPool2d => new MaxPool2d({ kernelSize: 2 });

/** A network of one or two blocks, with random weights of both signs in its batch norms. */
function randomNet(rng: Rng, inChannels: number): Sequential {
  const channels = [inChannels, 1 + rng.below(9), 1 + rng.below(21)].slice(0, 2 + rng.below(2));
  const layers = channels.slice(1).flatMap((outChannels, index) => {
    const batchNorm = norm(outChannels);
    batchNorm.weight!.assign(Array.from({ length: outChannels }, () => rng.between(-1.5, 1.5)));
    batchNorm.bias!.assign(Array.from({ length: outChannels }, () => rng.between(-1, 1)));
    const conv = new Conv2d({
      inChannels: channels[index],
      outChannels,
      kernelSize: 3,
      padding: 1,
      rng,
    });
    return [conv, batchNorm, new ReLU(), maxPool()];
  });
  return new Sequential(...layers);
}

/** How a network is run: fused, layer by layer, or layer by layer with probes. */
type Mode = 'fused' | 'plain' | 'probed';

/**
 * Runs the layers one by one and adds zeros to the output of every convolution and batch norm.
 *
 * The gradient of these zeros is the gradient g of that output. Its sum over images and pixels is
 * the gradient of the bias. The gradient of a batch norm's weight is the sum of g times the
 * normalized input, whose variance is 1, so its terms are of the same magnitude.
 *
 * @returns the output, and each tensor of zeros with the names of the parameters it measures
 */
function forwardWithProbes(
  model: Sequential,
  x: Tensor,
): [y: Tensor, probes: [string[], Tensor][]] {
  const probes: [string[], Tensor][] = [];
  const y = model.layers.reduce((input, layer, index) => {
    const output = layer.forward(input);
    if (!(layer instanceof Conv2d) && !(layer instanceof BatchNorm2d)) return output;
    const probe = zeros(output.shape, { requiresGrad: true });
    const names = layer instanceof Conv2d ? ['bias'] : ['bias', 'weight'];
    probes.push([names.map((name) => `${index}.${name}`), probe]);
    return add(output, probe);
  }, x);
  return [y, probes];
}

/**
 * Results of two training passes and one evaluation pass, and the state of the network, by name.
 */
async function collectResults(seed: number, mode: Mode): Promise<Record<string, number[]>> {
  const rng = new Rng(seed);
  const shape = [1 + rng.below(4), 1 + rng.below(3), 4 + rng.below(6), 4 + rng.below(6)];
  const model = randomNet(rng, shape[1]);
  setFused(model, mode === 'fused');
  const draw = (size: number): Float64Array =>
    Float64Array.from({ length: size }, () => rng.between(-1, 1));
  const pass = (): Promise<[string, number[]][]> => {
    const results = scope(() => {
      const x = tensor(draw(shape.reduce((a, b) => a * b)), { shape, requiresGrad: true });
      const [y, probes] = mode === 'probed' ? forwardWithProbes(model, x) : [model.forward(x), []];
      sum(mul(y, tensor(draw(y.size), { shape: y.shape }))).backward();
      const pending: [string, Promise<FloatArray>][] = [
        ['y', y.data()],
        ['gradient of x', x.grad!.data()],
      ];
      for (const [name, parameter] of model.namedParameters()) {
        pending.push([`gradient of ${name}`, parameter.grad!.data()]);
      }
      for (const [names, probe] of probes) {
        const sums = absoluteChannelSums(probe);
        for (const name of names) pending.push([`terms of gradient of ${name}`, sums]);
        probe.zeroGrad();
      }
      x.zeroGrad();
      model.zeroGrad();
      return pending;
    });
    return Promise.all(results.map(async ([name, data]) => [name, Array.from(await data)]));
  };

  const collected: Record<string, number[]> = {};
  for (const step of ['first', 'second', 'evaluation']) {
    if (step === 'evaluation') model.eval();
    for (const [name, data] of await pass()) collected[`${step}: ${name}`] = data;
  }
  // Without a graph, folded filters are cached: a change of any tensor they depend on must
  // invalidate them.
  const x = draw(shape.reduce((a, b) => a * b));
  const predict = async (label: string): Promise<void> => {
    const y = scope(() => noGrad(() => model.forward(tensor(x, { shape }))).data());
    collected[`without a graph: ${label}`] = Array.from(await y);
  };
  await predict('trained');
  await predict('again');
  for (const [name, tensor] of Object.entries(model.stateDict())) {
    if (name.endsWith('num_batches_tracked')) continue;
    (tensor as Parameter | ModuleBuffer).assign(
      Float64Array.from(draw(tensor.size), (value) => 1.5 + value),
    );
    await predict(`another ${name}`);
  }
  Object.assign(collected, await readAll(model.stateDict()));
  model.dispose();
  return collected;
}

/** Sums of the absolute gradient of a tensor [N, C, H, W] over images and pixels, [C]. */
async function absoluteChannelSums({
  shape: [, channels, height, width],
  grad,
}: Tensor): Promise<FloatArray> {
  const sums = new Float64Array(channels);
  for (const [i, value] of (await grad!.data()).entries()) {
    sums[Math.floor(i / (height * width)) % channels] += Math.abs(value);
  }
  return sums;
}

/** Runs in float64 by seed, shared by all backends. */
const probedRuns: Record<number, Promise<Record<string, number[]>>> = {};

/**
 * The magnitude of each result, at least 1. Rounding errors are proportional to it.
 *
 * In general this is the largest value. The gradient of a bias is a sum of many terms, each rounded
 * relative to itself, so its magnitude is the sum of the absolute terms (Higham, "Accuracy and
 * Stability of Numerical Algorithms", section 4.2). The two differ for a convolution before a batch
 * norm in training mode: the batch norm subtracts the bias again, so the terms add up to zero and
 * the result is rounding error alone. On wasm it is up to 4e-5 with and without fusion, and the sum
 * of the absolute terms is up to 700.
 *
 * Computed in float64. A sum of n terms is off by about sqrt(n) * 6e-8 of its magnitude in float32;
 * here n is at most 4 * 9 * 9, so 1e-6. The normalization before it multiplies that by less than
 * ten.
 */
async function magnitudes(seed: number): Promise<(name: string) => number> {
  probedRuns[seed] ??= withFreshBackend(oracle.make, () => collectResults(seed, 'probed'));
  const probed = await probedRuns[seed];
  return (name) => {
    const terms = probed[name.replace(': ', ': terms of ')] ?? probed[name];
    return Math.max(1, ...terms.map(Math.abs));
  };
}

async function expectEqual(
  make: BackendUnderTest['make'],
  seed: number,
  tolerance: number,
): Promise<void> {
  const magnitudeOf = await magnitudes(seed);
  const [plain, fused] = await withFreshBackend(make, async () => [
    await collectResults(seed, 'plain'),
    await collectResults(seed, 'fused'),
  ]);
  expect(Object.keys(fused)).toEqual(Object.keys(plain));
  for (const [name, values] of Object.entries(plain)) {
    const difference = Math.max(...values.map((value, i) => Math.abs(value - fused[name][i])));
    expect(difference / magnitudeOf(name), `${name}, seed ${seed}`).toBeLessThanOrEqual(tolerance);
  }
}

describe.each([
  { ...oracle, tolerance: 1e-12 },
  { ...reference32, tolerance: 1e-6 },
  { ...wasm(1), tolerance: 5e-6 },
  { ...wasm(2), tolerance: 5e-6 },
])('fused and unfused networks agree on $name', ({ make, tolerance }) => {
  it.each(Array.from({ length: rounds(12) }, (_, i) => SEED + i))('seed %i', (seed) =>
    expectEqual(make, seed, tolerance),
  );
});

// Tests the visualization of the network: each stage against the whole network, the saliency map
// against finite differences in float64, and decomposed sums against the feature maps. No buffer is
// left.

import { beforeAll, describe, expect, it } from 'vitest';
import { CharacterNet, type Convolutions } from '../../../src/app/model/characterNet.js';
import {
  receptiveField,
  filtersOf,
  peakOf,
  strideOf,
  decompose,
} from '../../../src/app/web/thinking/filters.js';
import { activations, stagesOf } from '../../../src/app/web/thinking/stages.js';
import { analyze, type Analysis } from '../../../src/app/web/thinking/analyze.js';
import { SyntheticCharacters } from '../../../src/data/strokes/synthetic.js';
import { Normalizer } from '../../../src/data/loading/transform.js';
import { gradientOf, noGrad, Rng, scope, tensor, Tensor } from '../../../src/engine/index.js';
import { setFused } from '../../../src/nn/index.js';
import { fastBackends, oracle, wasm, withFreshBackend } from '../../support/backends.js';

const CLASSES = 47;
const IMAGE = [1, 1, 28, 28];
const pixels = new Float32Array(784);
new Normalizer().apply(new SyntheticCharacters({ seed: 5 }).sample(11).image, pixels);
// The maximum of four equal paper pixels has no gradient, so a little noise makes all pixels
// different.
const noise = new Rng(3);
pixels.forEach((value, i) => {
  pixels[i] = value + noise.between(-0.1, 0.1);
});
const input = (): Tensor => tensor(pixels, { shape: IMAGE });
const question = { top: 3, target: 7, reference: 3 };

/**
 * Runs `body` with a network in evaluation mode whose batch norms have an effect, then disposes of
 * it.
 */
async function withNetwork(
  body: (model: CharacterNet) => Promise<void>,
  convolutions: Convolutions = [1, 1, 1],
): Promise<void> {
  const rng = new Rng(11);
  const model = new CharacterNet({ classes: CLASSES, rng, convolutions });
  for (const [name, buffer] of model.namedBuffers()) {
    const between = (low: number, high: number): Float64Array =>
      Float64Array.from({ length: buffer.size }, () => rng.between(low, high));
    if (name.endsWith('running_var')) buffer.assign(between(0.02, 0.2));
    if (name.endsWith('running_mean')) buffer.assign(between(-0.1, 0.1));
  }
  await body(model.eval());
  model.dispose();
}

describe.each(fastBackends)('on $name', ({ make }) => {
  it.each([true, false])('all stages together equal the network, fused: %s', (fused) =>
    withFreshBackend(make, () =>
      withNetwork(
        async (model) => {
          setFused(model, fused);
          const stages = stagesOf(model);
          expect(stages.blocks.map(({ before }) => before.layers.length)).toEqual([0, 3, 6]);
          expect(stages.blocks.map(({ last }) => last.layers.length)).toEqual([4, 4, 4]);
          expect(stages.blocks.map((block) => block.convolutions)).toEqual([1, 2, 3]);
          const expected = await scope(() => noGrad(() => model.forward(input())).data());
          const [shapes, logits] = scope(() => {
            const seen = activations(stages, input());
            return [
              [...seen.blocks, seen.hidden].map(({ shape }) => shape),
              seen.logits.data(),
            ] as const;
          });
          expect(shapes).toEqual([
            [1, 32, 14, 14],
            [1, 64, 7, 7],
            [1, 128, 3, 3],
            [1, 256],
          ]);
          const analysis = await analyze(stages, input, question);
          for (const numbers of [await logits, analysis.logits]) {
            numbers.forEach((value, k) => expect(value).toBeCloseTo(expected[k], 4));
          }
        },
        [1, 2, 3],
      ),
    ),
  );
});

it('leaves no buffer on the backend and no gradient on the network', () =>
  withFreshBackend(wasm(1).make, (backend) =>
    withNetwork(async (model) => {
      const stages = stagesOf(model);
      const first = await analyze(stages, input, question);
      const { live, allocations } = backend.memory; // with packed copies of the weights
      for (let i = 0; i < 20; i++) await analyze(stages, input, question);
      expect(backend.memory).toMatchObject({ live, allocations });
      expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
      expect((await analyze(stages, input, question)).saliency).toEqual(first.saliency); // no dropout
    }),
  ));

/** An analysis of the network on a new backend. */
async function analyzeOn(make: typeof oracle.make): Promise<Analysis> {
  let analysis: Analysis | null = null;
  await withFreshBackend(make, () =>
    withNetwork(async (model) => {
      analysis = await analyze(stagesOf(model), input, question);
    }),
  );
  return analysis!;
}

let exact: Analysis;
beforeAll(async () => {
  exact = await analyzeOn(oracle.make);
});

it('the gradients equal finite differences, in float64', () =>
  withFreshBackend(oracle.make, () =>
    withNetwork(async (model) => {
      const { saliency, targetGradient: toward } = exact;
      const STEP = 1e-6; // in ink; twice that in the network's input
      const pixelIndices = [0, 27, 210, 238, 300, 378, 406, 407, 434, 490, 555, 783];
      const moved = pixelIndices.flatMap((index) =>
        [2 * STEP, -2 * STEP].map((step) =>
          Float64Array.from(pixels, (value, i) => value + (i === index ? step : 0)),
        ),
      );
      const batch = new Float64Array(moved.length * 784);
      moved.forEach((values, n) => batch.set(values, n * 784));
      const shape = [moved.length, 1, 28, 28];
      const logits = await scope(() =>
        noGrad(() => model.forward(tensor(batch, { shape }))).data(),
      );
      const at = (n: number, k: number): number => logits[n * CLASSES + k];
      pixelIndices.forEach((index, i) => {
        const slope = (k: number): number => (at(2 * i, k) - at(2 * i + 1, k)) / (2 * STEP);
        expect(saliency[index]).toBeCloseTo(slope(3), 6);
        expect(toward[index]).toBeCloseTo(slope(7) - slope(3), 6);
      });
      expect(Math.max(...pixelIndices.map((index) => Math.abs(saliency[index])))).toBeGreaterThan(
        0.01,
      );
    }),
  ));

it('the SIMD gradients equal those of the reference', async () => {
  const { saliency: expected } = exact;
  const { saliency: actual } = await analyzeOn(wasm(1).make);
  const largest = Math.max(...Array.from(expected, Math.abs));
  const errors = Array.from(expected, (value, i) => Math.abs(actual[i] - value) / largest);
  expect(errors).toHaveLength(784);
  expect(Math.max(...errors)).toBeLessThan(1e-3);
});

const DEPTHS: [Convolutions][] = [[[1, 1, 1]], [[1, 2, 2]], [[2, 1, 3]]];

it.each(DEPTHS)("the terms of a filter add up to the network's output, %j convolutions", (depths) =>
  withFreshBackend(wasm(1).make, () =>
    withNetwork(async (model) => {
      const stages = stagesOf(model);
      const filters = await filtersOf(stages);
      const { inputs, blocks } = await analyze(stages, input, question);
      let fired = 0;
      for (const [block, side] of [28, 14, 7].entries()) {
        for (let filter = 0; filter < filters[block].outChannels; filter++) {
          const peak = peakOf(blocks[block], Math.floor(side / 2), filter);
          const {
            bias,
            contributions: shares,
            total,
          } = decompose(filters[block], filter, inputs[block], side, peak);
          expect(shares.reduce((sum, { value }) => sum + value, bias)).toBeCloseTo(total, 9);
          expect(Math.max(0, total)).toBeCloseTo(peak.value, 3);
          if (peak.value > 0) fired += 1;
        }
      }
      expect(fired).toBeGreaterThan(50);
    }, depths),
  ),
);

it.each(DEPTHS)(
  'a point depends only on the pixels of its receptive field, %j convolutions',
  (depths) =>
    withFreshBackend(wasm(1).make, () =>
      withNetwork(async (model) => {
        const stages = stagesOf(model);
        const points: readonly (readonly [number, number, number])[] = [
          [0, 5, 9],
          [1, 3, 2],
          [2, 1, 0],
        ];
        for (const [block, row, column] of points) {
          const gradients = await scope(() => {
            const x = new Tensor(input().array, true);
            const maps = activations(stages, x).blocks[block];
            const [, channels, side] = maps.shape;
            const seed = new Float32Array(maps.size);
            for (let c = 0; c < channels; c++) seed[(c * side + row) * side + column] = c + 1;
            return gradientOf(maps, x, tensor(seed, { shape: maps.shape })).data();
          });
          // Winograd's tiles cause rounding errors outside.
          const least = 1e-5 * Math.max(...gradients.map(Math.abs));
          const seen = [...gradients.keys()].filter((i) => Math.abs(gradients[i]) > least);
          const rows = seen.map((i) => Math.floor(i / 28));
          const columns = seen.map((i) => i % 28);
          const [down, across] = [
            receptiveField(depths, block, row),
            receptiveField(depths, block, column),
          ];
          expect([Math.min(...rows), Math.max(...rows)]).toEqual([
            Math.max(0, down.first),
            Math.min(27, down.last),
          ]);
          expect([Math.min(...columns), Math.max(...columns)]).toEqual([
            Math.max(0, across.first),
            Math.min(27, across.last),
          ]);
        }
        expect([0, 1, 2].map(strideOf)).toEqual([2, 4, 8]);
      }, depths),
    ),
);

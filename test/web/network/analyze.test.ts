// Tests the visualization of the network: each stage against the whole network, decomposed sums
// against the feature maps, contributions against finite differences, and regions against gradients.
// No buffer is left.

import { describe, expect, it } from 'vitest';
import type { CharacterNet, Convolutions } from '../../../src/app/model/characterNet.js';
import { analyze, type Analysis, type Maps } from '../../../src/app/web/network/analyze.js';
import {
  blockContributions,
  linearContributions,
} from '../../../src/app/web/network/contributions.js';
import {
  largestSum,
  linearSum,
  peakOf,
  pooledSums,
  receptiveField,
} from '../../../src/app/web/network/decompose.js';
import { activations, stagesOf } from '../../../src/app/web/network/stages.js';
import { weightsOf } from '../../../src/app/web/network/weights.js';
import { gradientOf, noGrad, scope, tensor, Tensor } from '../../../src/engine/index.js';
import { setFused } from '../../../src/nn/index.js';
import { fastBackends, oracle, wasm, withFreshBackend } from '../../support/backends.js';
import { CLASSES, input, withNetwork } from '../support/network.js';

describe.each(fastBackends)('on $name', ({ make }) => {
  it.each([true, false])('all stages together equal the network, fused: %s', (fused) =>
    withFreshBackend(make, () =>
      withNetwork(
        async (model) => {
          setFused(model, fused);
          const stages = stagesOf(model);
          const layers = stages.blocks.map((block) => block.map((stage) => stage.layers.length));
          expect(layers).toEqual([[4], [3, 4], [3, 3, 4]]);
          const expected = await scope(() => noGrad(() => model.forward(input())).data());
          const analysis = await analyze(stages, input);
          const shapeOf = ({ channels, side }: Maps): number[] => [channels, side];
          expect(analysis.blocks.map(shapeOf)).toEqual([
            [32, 14],
            [64, 7],
            [128, 3],
          ]);
          expect(analysis.inputs.map((block) => block.map(shapeOf))).toEqual([
            [[1, 28]],
            [
              [32, 14],
              [64, 14],
            ],
            [
              [64, 7],
              [128, 7],
              [128, 7],
            ],
          ]);
          expect(analysis.hidden).toHaveLength(256);
          analysis.logits.forEach((value, k) => expect(value).toBeCloseTo(expected[k], 4));
        },
        [1, 2, 3],
      ),
    ),
  );
});

it('leaves no buffer on the backend', () =>
  withFreshBackend(wasm(1).make, (backend) =>
    withNetwork(async (model) => {
      const stages = stagesOf(model);
      const first = await analyze(stages, input);
      const { live, allocations } = backend.memory; // with packed copies of the weights
      for (let i = 0; i < 20; i++) await analyze(stages, input);
      expect(backend.memory).toMatchObject({ live, allocations });
      expect((await analyze(stages, input)).logits).toEqual(first.logits); // no dropout
    }),
  ));

const DEPTHS: [Convolutions][] = [[[1, 1, 1]], [[1, 2, 2]], [[2, 1, 3]]];

it.each(DEPTHS)("the terms of a filter add up to the network's output, %j convolutions", (depths) =>
  withFreshBackend(wasm(1).make, () =>
    withNetwork(async (model) => {
      const stages = stagesOf(model);
      const weights = await weightsOf(stages);
      const { inputs, blocks } = await analyze(stages, input);
      let fired = 0;
      blocks.forEach((maps, block) => {
        const filters = weights.blocks[block].at(-1)!;
        for (let filter = 0; filter < filters.outChannels; filter++) {
          const peak = peakOf(maps, filter);
          const sums = pooledSums(filters, filter, inputs[block].at(-1)!, peak);
          const { bias, terms, total } = largestSum(sums);
          expect(terms.reduce((sum, { value }) => sum + value, bias)).toBeCloseTo(total, 9);
          expect(Math.max(0, total)).toBeCloseTo(peak.value, 3);
          if (peak.value > 0) fired += 1;
        }
      });
      expect(fired).toBeGreaterThan(50);
    }, depths),
  ),
);

it("the terms of a linear layer add up to the network's output", () =>
  withFreshBackend(wasm(1).make, () =>
    withNetwork(async (model) => {
      const stages = stagesOf(model);
      const { hidden, last } = await weightsOf(stages);
      const analysis = await analyze(stages, input);
      const features = analysis.blocks[2].values;
      analysis.hidden.forEach((value, unit) => {
        expect(Math.max(0, linearSum(hidden, unit, features).total)).toBeCloseTo(value, 4);
      });
      analysis.logits.forEach((value, k) => {
        const { terms, bias, total } = linearSum(last, k, analysis.hidden);
        expect(total).toBeCloseTo(value, 4);
        const all = Array.from({ length: 256 }, (_, unit) => unit);
        const contributions = linearContributions(last, k, analysis.hidden, 1, all);
        contributions.forEach((term, i) => expect(term).toBeCloseTo(terms[i].value, 12));
        expect(contributions.reduce((sum, term) => sum + term, bias)).toBeCloseTo(value, 4);
      });
      expect(analysis.logits).toHaveLength(CLASSES);
      const [map] = linearContributions(hidden, 5, features, 9, [7]);
      const terms = linearSum(hidden, 5, features).terms.slice(7 * 9, 8 * 9);
      expect(map).toBeCloseTo(
        terms.reduce((sum, { value }) => sum + value, 0),
        9,
      );
    }),
  ));

/** Changes one map of a block's input by a factor of 1 + `change`, and returns a value of its output. */
async function outputWithScaledSource(
  model: CharacterNet,
  { inputs }: Analysis,
  block: number,
  source: number,
  change: number,
  index: number,
): Promise<number> {
  const { values, channels, side } = inputs[block][0];
  const size = side * side;
  const scaled = Float64Array.from(values, (value, i) =>
    Math.floor(i / size) === source ? value * (1 + change) : value,
  );
  const output = await scope(() =>
    noGrad(() =>
      stagesOf(model).blocks[block].reduce(
        (x, stage) => stage.forward(x),
        tensor(scaled, { shape: [1, channels, side, side] }),
      ),
    ).data(),
  );
  return output[index];
}

it.each(DEPTHS)(
  'the contribution of a map is the change per relative change of the map, %j convolutions',
  (depths) =>
    withFreshBackend(oracle.make, () =>
      withNetwork(async (model) => {
        const stages = stagesOf(model);
        const weights = await weightsOf(stages);
        const analysis = await analyze(stages, input);
        const STEP = 1e-5;
        let nonzero = 0;
        for (const [block, sources] of [[0], [3, 17], [5, 40]].entries()) {
          const maps = analysis.blocks[block];
          const filter = maps.values.indexOf(Math.max(...maps.values));
          const unit = Math.floor(filter / maps.side ** 2);
          const peak = peakOf(maps, unit);
          const filters = weights.blocks[block];
          const actual = blockContributions(filters, analysis.inputs[block], unit, peak, sources);
          const index = (unit * maps.side + peak.row) * maps.side + peak.column;
          for (const [i, source] of sources.entries()) {
            const at = (change: number): Promise<number> =>
              outputWithScaledSource(model, analysis, block, source, change, index);
            const slope = ((await at(STEP)) - (await at(-STEP))) / (2 * STEP);
            expect(actual[i]).toBeCloseTo(slope, 5);
            if (slope !== 0) nonzero += 1;
          }
        }
        expect(nonzero).toBeGreaterThan(3);
      }, depths),
    ),
);

it('an inactive filter has no contributions', () =>
  withFreshBackend(wasm(1).make, () =>
    withNetwork(async (model) => {
      const stages = stagesOf(model);
      const weights = await weightsOf(stages);
      const { inputs, blocks } = await analyze(stages, input);
      const inactive = Array.from({ length: 128 }, (_, unit) => unit).find(
        (unit) => peakOf(blocks[2], unit).value === 0,
      )!;
      const peak = peakOf(blocks[2], inactive);
      expect(blockContributions(weights.blocks[2], inputs[2], inactive, peak, [0, 1])).toEqual([
        0, 0,
      ]);
    }),
  ));

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
      }, depths),
    ),
);

// Tests the visualization of the network: each stage against the whole network, and
// decomposed sums against the feature maps. No buffer is left.

import { describe, expect, it } from 'vitest';
import type { Convolutions } from '../../../src/app/model/characterNet.js';
import {
  receptiveField,
  filtersOf,
  peakOf,
  strideOf,
  decompose,
} from '../../../src/app/web/network/filters.js';
import { activations, stagesOf } from '../../../src/app/web/network/stages.js';
import { analyze } from '../../../src/app/web/network/analyze.js';
import { gradientOf, noGrad, scope, tensor, Tensor } from '../../../src/engine/index.js';
import { setFused } from '../../../src/nn/index.js';
import { fastBackends, wasm, withFreshBackend } from '../../support/backends.js';
import { input, withNetwork } from '../support/network.js';

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
          const analysis = await analyze(stages, input);
          for (const numbers of [await logits, analysis.logits]) {
            numbers.forEach((value, k) => expect(value).toBeCloseTo(expected[k], 4));
          }
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
      const filters = await filtersOf(stages);
      const { inputs, blocks } = await analyze(stages, input);
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
